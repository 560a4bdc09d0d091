"""How much tasks and containers ask for."""

from __future__ import annotations

from tests.unit.validation.task_rules.documents import accepted, container, fargate, one, refused, task

C = "$.containerDefinitions"
WINDOWS = {"operatingSystemFamily": "WINDOWS_SERVER_2022_CORE"}

ACCEPTED = [
    accepted("task.no-memory", one(memory=None, memoryReservation=64), case="a reservation is enough"),
    accepted("task.no-memory", task(container(memory=None), memory="512"), case="the task's is enough"),
    accepted("task.memory-reservation", one(memory=128, memoryReservation=128), case="both the same"),
    accepted("task.little-memory", one(memory=6), case="just enough"),
    *(
        accepted("task.size-form", task(cpu=cpu, memory=memory), case=f"{cpu} and {memory}")
        for cpu, memory in [("1024", "2048"), ("1 vCPU", "2 GB"), (".5vcpu", "2GB"), ("0.25 VCPU", "1.5 gb")]
    ),
    accepted("task.cpu-range", task(cpu="128"), case="the least"),
    accepted("task.cpu-range", task(cpu="192 vCPU"), case="the most"),
    accepted(
        "task.containers-exceed-task",
        task(container(cpu=512), container(name="b", cpu=512), cpu="1 vCPU", memory="256"),
        case="all is given away",
    ),
    accepted(
        "task.containers-exceed-task",
        task(container(memory=4096, memoryReservation=1024), memory="4 GB"),
        case="reservations count, not limits",
    ),
    accepted(
        "task.containers-exceed-task",
        task(container(memory=400), container(name="b", memory=400), memory="512", runtimePlatform=WINDOWS),
        case="sizes of Windows tasks on EC2 are ignored",
    ),
    accepted("task.container-exceeds-task", task(container(memory=512), memory="512"), case="all of it"),
    accepted("task.fargate-size-missing", fargate(), case="both are there"),
    accepted("task.fargate-size-missing", task(), case="EC2 needs none"),
    *(
        accepted("task.fargate-size", fargate(cpu=cpu, memory=memory), case=f"{cpu} with {memory}")
        for cpu, memory in [
            ("256", "512"),
            ("0.25 vCPU", "0.5 GB"),
            ("512", "4096"),
            ("1024", "8192"),
            ("2 vCPU", "16GB"),
            ("4096", "30720"),
            ("8192", "61440"),
            ("16384", "122880"),
        ]
    ),
    accepted(
        "task.fargate-windows-size",
        fargate(cpu="1024", memory="2048", runtimePlatform=WINDOWS),
        case="1 vCPU",
    ),
]

REFUSED = [
    refused(
        "task.no-memory",
        one(memory=None),
        f"{C}[0]",
        "container web",
        "how much memory",
        advice="memoryReservation here, or memory for the whole task",
        case="nowhere",
    ),
    refused(
        "task.no-memory",
        task(container(), container(name="log", memory=0)),
        f"{C}[1]",
        "container log",
        advice="memory",
        case="zero is none",
    ),
    refused(
        "task.memory-reservation",
        one(memory=128, memoryReservation=256),
        f"{C}[0].memoryReservation",
        "256",
        "128",
        advice="make it the larger one",
        case="the reservation is larger",
    ),
    refused(
        "task.little-memory",
        one(memory=4),
        f"{C}[0].memory",
        "4 MiB is too little for container web",
        advice="the unit is MiB",
        case="written in GB",
    ),
    refused("task.size-form", task(cpu="1 CPU"), "$.cpu", '"1 CPU"', "cpu", advice="1 vCPU", case="unit"),
    refused(
        "task.size-form",
        task(memory="2 GiB"),
        "$.memory",
        '"2 GiB"',
        "memory",
        advice="2 GB",
        case="memory unit",
    ),
    refused("task.size-form", task(cpu="9" * 5000), "$.cpu", "cpu", advice="1024", case="a very long number"),
    refused("task.size-form", task(memory="1.5"), "$.memory", "1.5", advice="2048", case="half a MiB"),
    refused("task.cpu-range", task(cpu="10"), "$.cpu", "10 CPU units", advice="one vCPU", case="too little"),
    refused(
        "task.containers-exceed-task",
        task(container(cpu=512), container(name="b", cpu=600), cpu="1024"),
        "$.cpu",
        "1112 CPU units",
        "1024",
        advice="give the task more",
        case="cpu",
    ),
    refused(
        "task.containers-exceed-task",
        task(container(memory=400), container(name="b", memoryReservation=200), memory="512"),
        "$.memory",
        "600 MiB",
        "512",
        advice="containers less",
        case="memory",
    ),
    refused(
        "task.container-exceeds-task",
        task(container(memory=1024, memoryReservation=128), memory="512"),
        f"{C}[0].memory",
        "container web may use 1024 MiB",
        "has 512",
        advice="give the task more memory",
        case="the limit",
    ),
    refused(
        "task.fargate-size-missing",
        fargate(cpu=None),
        "$.cpu",
        "Fargate needs the cpu",
        advice='"cpu": "256"',
        case="cpu",
    ),
    refused(
        "task.fargate-size-missing",
        fargate(memory=""),
        "$.memory",
        "memory",
        "empty",
        advice='"memory": "512"',
        case="memory is empty",
    ),
    refused("task.fargate-size", fargate(cpu="300"), "$.cpu", "300 CPU units", advice="256, 512", case="cpu"),
    refused(
        "task.fargate-size",
        fargate(cpu="256", memory="4096"),
        "$.memory",
        "4096 MiB",
        "256 CPU units",
        advice="write 512, 1024 or 2048, or take 512 CPU units",
        case="too much for the cpu",
    ),
    refused(
        "task.fargate-size",
        fargate(cpu="2048", memory="4500"),
        "$.memory",
        "4500",
        advice="4096 to 16384 in steps of 1024",
        case="between two steps",
    ),
    refused(
        "task.fargate-size",
        fargate(cpu="8 vCPU", memory="20 GB", requiresCompatibilities=["EC2", "FARGATE"])
        | {"memory": "18 GB"},
        "$.memory",
        "18432 MiB",
        advice="in steps of 4096, or take 4096 CPU units",
        case="also if EC2 is named too",
    ),
    refused(
        "task.fargate-windows-size",
        fargate(runtimePlatform=WINDOWS),
        "$.cpu",
        "Windows",
        "256",
        advice="1024",
        case="a quarter vCPU",
    ),
]
