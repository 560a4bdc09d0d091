"""What is taken for a placeholder, and what is not."""

from __future__ import annotations

import time

import pytest

from gitmoxi.domain.unknown import Unknown
from gitmoxi.validation.placeholders import has_placeholder, placeholder_problems


def first(document, **how):
    problems = list(placeholder_problems(document, **how))
    return (problems[0].at, problems[0].found) if problems else None


@pytest.mark.parametrize(
    ("text", "found"),
    [
        pytest.param("a ${B}", "${B}", id="shell with braces"),
        pytest.param("$B/c", "$B", id="shell"),
        pytest.param("$$$B$$$", "$$$B$$$", id="three dollars"),
        pytest.param("{{ must_env `B` }}", "{{ must_env `B` }}", id="template"),
        pytest.param("<your name>", "<your name>", id="angles"),
        pytest.param("<image of any app,", None, id="text in angles that goes on"),
        pytest.param("<image of any app", "<image of any app", id="the end was forgotten"),
        pytest.param("%BUCKET%", "%BUCKET%", id="percents"),
        pytest.param("REPLACE_ME_WITH_X", "REPLACE_ME_WITH_X", id="in words"),
        pytest.param("arn:aws:iam::XXXXXXXXXXXX:role/a", "XXXXXXXXXXXX", id="crosses"),
        pytest.param("arn:aws:sqs:REGION:111122223333:a", "REGION", id="a region in an ARN"),
        pytest.param(
            "ACCOUNT_ID.dkr.ecr.eu-west-1.amazonaws.com/a", "ACCOUNT_ID", id="an account in an image"
        ),
        pytest.param(
            "arn:aws:lambda:eu-west-1:111122223333:function:a:$LATEST", None, id="Lambda's own name"
        ),
        pytest.param("attribute:ecs.instance-type =~ ^m7.*$", None, id="a pattern"),
        pytest.param("10 < 20 and 30 > 20", None, id="comparisons"),
        pytest.param("50% of %", None, id="percentages"),
        pytest.param("REGIONAL", None, id="a word that begins like one"),
        pytest.param("us-east-1", None, id="a region"),
    ],
)
def test_texts_for_aws(text, found):
    assert first({"name": text}) == (None if found is None else (("name",), found))
    assert has_placeholder(text) is (found is not None)


@pytest.mark.parametrize(
    ("member", "text", "is_found"),
    [
        pytest.param("executionRoleArn", "EXECUTION_ROLE", True, id="an ARN"),
        pytest.param("Role", "ROLE_ARN", True, id="a role"),
        pytest.param("type", "BLUE_GREEN", False, id="one of AWS's values"),
        pytest.param("family", "MY_APP", False, id="a name"),
    ],
)
def test_words_in_capitals_where_aws_has_identifiers(member, text, is_found):
    assert (first({member: text}) is not None) is is_found


@pytest.mark.parametrize(
    ("text", "is_found"),
    [
        pytest.param("echo $HOME ${A} <file", False, id="a shell's own"),
        pytest.param("<html>", False, id="a tag"),
        pytest.param("<none>", False, id="a word that programs write"),
        pytest.param("<your-key>", True, id="nothing but angles around your own"),
        pytest.param("<API_KEY>", True, id="nothing but angles around capitals"),
        pytest.param("<aws_account_id>", True, id="nothing but angles around several words"),
        pytest.param("a $$$B$$$ c", True, id="three dollars"),
        pytest.param("CHANGE_ME", True, id="in words"),
    ],
)
def test_in_text_for_programs_only_what_is_unmistakable(text, is_found):
    assert (first({"command": text}, skip=lambda path: path == ("command",)) is not None) is is_found


def test_every_text_is_looked_at_with_its_path_and_unknown_ones_are_left_out():
    document = {"a": [{"b": "$X"}, 1, None, Unknown("{{ y }}")], "c": "${D}"}

    assert [problem.at for problem in placeholder_problems(document)] == [("a", 0, "b"), ("c",)]


@pytest.mark.parametrize(
    "part", ["{{ a ", "${", "$A", "<a ", "%ABC", "X", "{% ", "arn:", "A_", "ACCOUNT", "$$$"]
)
def test_long_texts_are_read_quickly(part):
    began = time.process_time()

    first({"roleArn": part * (200_000 // len(part))})

    assert time.process_time() - began < 2
