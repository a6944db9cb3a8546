/** Templates of chats as models have them: loops, namespaces, macros, filters, white space that is kept and stripped. */
export const templates = {
  turns: `{% for message in messages %}
{{ '<|' + message['role'] + '|>' }}
{{ message['content'] | trim }}<end>
{% endfor %}
{% if add_generation_prompt %}
{{ '<|assistant|>' }}
{% endif %}`,
  marked: `{{ bos_token if bos_token is defined else '' }}
{%- for message in messages %}
    {%- if message.role == 'assistant' %}
        {{- '[answer] ' }}
        {%- generation %}
        {{- message.content + ' [/answer]' }}
        {%- endgeneration %}
    {%- else %}
        {{- '[' ~ message.role ~ '] ' ~ message.content }}
    {%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}{{ '[answer] ' }}{% endif %}`,
  lines: `{% macro header(role) -%}
### {{ role | capitalize }}
{%- endmacro %}
{% set ns = namespace(turns=0) %}
{% if messages[0].role == 'system' %}{% set system = messages[0].content %}{% set rest = messages[1:] %}{% else %}{% set system = 'You help.' %}{% set rest = messages %}{% endif %}
{{ system }}

{% for message in rest %}
{% set ns.turns = ns.turns + 1 %}
{% if message.role not in ['user', 'assistant', 'tool'] %}{{ raise_exception('Who is ' + message.role + '?') }}{% endif %}
{{ header(message.role) }} ({{ loop.index }} of {{ loop.length }}{{ ', last' if loop.last }})
{% generation %}
{{ message.content }}
{% endgeneration %}
{% endfor %}
{{ ns.turns }} turns`,
  tools: `{% for message in messages -%}
<{{ message.role }}>
{%- if message.tool_calls is defined and message.tool_calls -%}
{% for call in message.tool_calls %}{{ call.function | tojson }}{% endfor %}
{%- else -%}
{{ message.content }}
{%- endif -%}
</{{ message.role }}>
{% endfor -%}
{%- if add_generation_prompt %}<assistant>{% endif -%}`,
};

const user = (content: string) => ({ role: 'user', content });
const assistant = (content: string) => ({ role: 'assistant', content });

export const conversations: Readonly<Record<keyof typeof templates, readonly (readonly object[])[]>> = {
  turns: [
    [
      user('What is a whale? '),
      assistant('  A mammal.'),
      user('Größe? 🐋'),
      assistant('Up to thirty meters…\n\nBlue ones.'),
    ],
    [{ role: 'system', content: 'Be brief.' }, user('Hello'), assistant('Hi')],
  ],
  marked: [
    [user('one'), assistant('two three'), user('four\nfive'), assistant('')],
    [user('naïve café'), assistant('déjà vu 😀😀')],
  ],
  lines: [
    [{ role: 'system', content: 'You sing.' }, user('la'), assistant('la la\nla'), user('more')],
    [user('a'), assistant('b')],
  ],
  tools: [
    [
      user('Weather?'),
      {
        role: 'assistant',
        content: null,
        tool_calls: [{ function: { name: 'ask', arguments: { city: 'Köln', days: [1, 2.5, true, null] } } }],
      },
      { role: 'tool', content: 'sun' },
      assistant('Sunny.'),
    ],
  ],
};
