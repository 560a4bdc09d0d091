"""Templates that want more than to write a document: time, memory, or what lies outside of the sandbox."""

from __future__ import annotations

import pytest

BOMBS = [
    pytest.param("{{ 9**(9**9) }}", id="a power of a power"),
    pytest.param("{{ 10**100000 }}", id="a long number"),
    pytest.param(
        "{% for i in range(99999) %}{% for j in range(99999) %}{% endfor %}{% endfor %}", id="nested loops"
    ),
    pytest.param("{% for i in range(99999) %}0123456789abcdef{% endfor %}", id="much output"),
    pytest.param(
        "{% for i in range(99999) %}{% for j in range(99999) %}{{ '' }}{% endfor %}{% endfor %}",
        id="endless empty output",
    ),
    pytest.param("{{ lipsum(n=1000000) }}", id="lipsum"),
    pytest.param("{{ [1]|slice(10**9) }}", id="slices, not used"),
    pytest.param("{{ [1]|slice(10**9)|list }}", id="slices"),
    pytest.param("{{ 'x' * 10**10 }}", id="a long text"),
    pytest.param("{{ [0] * 10**9 }}", id="a long list"),
    pytest.param("{{ '%999999999d'|format(1) }}", id="a wide number"),
    pytest.param("{{ '{:>999999999}'.format(1) }}", id="a wide number by format"),
    pytest.param("{{ 'x'|center(10**9) }}", id="a wide text"),
    pytest.param("{{ 'x'|indent(10**9) }}", id="a deep indent"),
    pytest.param("{{ {}|tojson(indent=10**9) }}", id="a deep indent of JSON"),
    pytest.param("{{ 'aaaa'|replace('', 'b' * 10**6) }}", id="a growing text"),
    pytest.param("{{ (1).to_bytes(10**9) }}", id="many bytes"),
    pytest.param("{{ range(10**9)|list }}", id="a long range"),
    pytest.param("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}", id="a macro that calls itself"),
    pytest.param("{{ " + "(" * 100_000 + "1", id="many brackets in an expression"),
    pytest.param("{{ " + "[" * 2000 + "]" * 2000 + " }}", id="nested lists in an expression"),
    pytest.param("{{ 1" + "+1" * 50_000 + " }}", id="a long sum"),
    pytest.param("{{ " + "-" * 50_000 + "1 }}", id="many signs"),
    pytest.param("{% if 1 %}" * 2000 + "{% endif %}" * 2000, id="nested conditions"),
    pytest.param(
        "{% set a = 'x' * 10**6 %}{% set b = a * 1000 %}{{ b|length }}{{ b|upper|lower }}", id="doubling"
    ),
    pytest.param("{{ ''.join(['x' * 10**6] * 10**4) }}", id="a long join"),
    pytest.param("{{ ('x' * 10**6).replace('x', 'y' * 10**6) }}", id="a growing replacement"),
    pytest.param("{{ 'x'.ljust(10**10) }}", id="a wide text by a method"),
    pytest.param("{{ '\t'.expandtabs(10**9) }}", id="a wide tab"),
    pytest.param("{{ 1 | round(10**9) }}{{ 2**(2**40) }}", id="a large shift"),
    pytest.param("{{ '%*d' | format(10**9, 1) }}", id="a width that is an argument"),
    pytest.param("{{ range(10**5) | batch(10**9, 0) | list }}", id="batches filled up"),
    pytest.param("{{ 'a b ' * 10**5 | wordwrap(1) }}", id="many wrapped words"),
    pytest.param("{{ range(99999) | map('string') | join('x' * 9999) }}", id="a wide separator"),
    pytest.param("{{ ('(' * 9999) | urlencode * 999 }}", id="long escapes"),
    pytest.param(
        "{% set n = namespace(x=1) %}{% for i in range(99) %}{% set n.x = n.x ~ n.x %}{% endfor %}{{ n.x }}",
        id="doubling in a loop",
    ),
    pytest.param(
        "{% for a in [[1]] recursive %}{{ loop([[1]]) }}{% endfor %}", id="a recursive loop without end"
    ),
    pytest.param("{% block b %}{{ self.b() }}{% endblock %}", id="a block that calls itself"),
    pytest.param("{% call(x) caller() %}{% endcall %}", id="a call of nothing"),
]

ESCAPES = [
    pytest.param("{{ cycler.__init__.__globals__.os }}", id="the globals of a helper"),
    pytest.param("{{ joiner.__init__.__globals__ }}", id="the globals of another helper"),
    pytest.param("{{ ''.__class__.__mro__ }}", id="the classes of a text"),
    pytest.param("{{ ''['__class__'] }}", id="by subscript"),
    pytest.param("{{ ''|attr('__class__') }}", id="by attr"),
    pytest.param("{{ [''] | map(attribute='__class__') | list }}", id="by map"),
    pytest.param("{{ [''] | groupby('__class__') }}", id="by groupby"),
    pytest.param("{{ [''] | sum(attribute='__class__', start='') }}", id="by sum"),
    pytest.param("{{ '{0.__class__}'.format(1) }}", id="by format"),
    pytest.param("{{ '{0.__class__}'.format_map({'0': 1}) }}", id="by format_map"),
    pytest.param("{% set f = '{0.__class__}'.format %}{{ f(1) }}", id="format kept for later"),
    pytest.param("{{ ['x'] | map(''.format) | list }}", id="format as a filter"),
    pytest.param("{{ self._TemplateReference__context }}", id="the context by self"),
    pytest.param("{{ self.__init__.__globals__ }}", id="the globals by self"),
    pytest.param("{{ (self|string) ~ self.environment }}", id="the environment by self"),
    pytest.param("{% macro m() %}{% endmacro %}{{ m.__globals__ }}", id="the globals of a macro"),
    pytest.param(
        "{% macro m() %}{{ caller._environment }}{% endmacro %}{% call m() %}{% endcall %}", id="by caller"
    ),
    pytest.param("{% for x in [1] %}{{ loop.__class__ }}{% endfor %}", id="by loop"),
    pytest.param("{{ namespace.__init__ }}", id="by namespace"),
    pytest.param("{{ dict.__subclasses__() }}", id="subclasses"),
    pytest.param("{{ dict.mro() }}", id="mro without underscores"),
    pytest.param("{% include '/etc/passwd' %}", id="include"),
    pytest.param("{% import 'os' as os %}", id="import"),
    pytest.param("{{ name.append }}", id="a method's address"),
    pytest.param("{{ open('/etc/passwd') }}", id="open"),
    pytest.param("{{ __import__('os') }}", id="import by name"),
    pytest.param("{{ name | pprint }}", id="a dropped filter"),
    pytest.param("{{ [1] | random }}", id="chance"),
    pytest.param("{{ ''.__init__.__globals__ }}", id="the globals of a text"),
    pytest.param("{{ range.__self__ }}", id="the module of a function"),
    pytest.param("{{ ().__class__.__base__.__subclasses__() }}", id="all classes"),
    pytest.param("{{ ''['\\x5f\\x5fclass\\x5f\\x5f'] }}", id="by an escaped name"),
    pytest.param("{{ ''['_' * 2 ~ 'class' ~ '_' * 2] }}", id="by a joined name"),
    pytest.param("{{ joiner()._value }}{{ joiner().__class__ }}", id="by a helper's instance"),
    pytest.param(
        "{{ [''] | selectattr('__class__.__mro__') | list | first | attr('x') }}", id="by selectattr"
    ),
    pytest.param("{{ [1] | map('attr', '__class__') | list }}", id="by a filter's name"),
    pytest.param("{{ environment }}", id="the environment"),
    pytest.param("{{ context.environment.globals }}", id="the context"),
    pytest.param("{{ config.items() }}", id="another framework's configuration"),
    pytest.param("{{ request.application }}", id="another framework's request"),
    pytest.param("{% from 'os' import system %}", id="import from"),
    pytest.param("{% extends '/etc/passwd' %}", id="extends"),
    pytest.param("{{ (1).__class__ }}{{ true.real.__class__ }}", id="the class of a number"),
    pytest.param("{{ '%s' % ''.__class__ }}", id="by the percent sign"),
    pytest.param("{{ ''.join.__self__ }}", id="by a bound method"),
    pytest.param("{% for x in (1).__class__.mro() %}{{ x }}{% endfor %}", id="by a loop over classes"),
    pytest.param("{{ name.extend([1]) }}", id="a change of a list"),
    pytest.param("{{ dict(a=1).update(b=2) }}", id="a change of a mapping"),
]
