import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { compareRuns } from '../../src/compare/figures.ts';
import { renderHtml } from '../../src/compare/reports/html.ts';
import { comparisonOf, hostileNames, usual } from './reported.ts';
import { response, someRun } from './some-runs.ts';

const tag = /<([a-z][a-z0-9]*)((?:\s+[^\s=">/]+(?:="[^"]*")?)*)\s*\/?>/gi;

test('the HTML report runs nothing and asks nothing of the network', () => {
  for (const name of Object.values(hostileNames)) {
    const text = renderHtml(comparisonOf(name), { title: name });
    assert.doesNotMatch(text, /<script|<img|<iframe|<link|<object|<embed/i);
    const rest = text.replace(tag, (_, _name, attributes: string) => {
      for (const [, attribute] of attributes.matchAll(/\s([^\s="]+)(?:="[^"]*")?/g))
        assert.ok(!/^(on.*|style|src|href|xlink.*|action)$/i.test(attribute!), attribute);
      return '';
    });
    // Nothing that looks like a tag is left once those in good order are taken out.
    assert.doesNotMatch(rest.replace(/<!doctype html>|<\/[a-z0-9]+>/gi, ''), /<[a-z/!]/i);
    const addresses = text.match(/https?:\/\/[^\s"'<)]+/g) ?? [];
    assert.ok(
      addresses.every(
        (address) => address.startsWith('http://www.w3.org/') || address.includes('evil.example'),
      ),
      String(addresses),
    );
  }
});

test('the policy of the HTML report allows the style it carries and nothing else', () => {
  const text = renderHtml(usual);
  const style = /<style>([\s\S]*?)<\/style>/.exec(text)![1]!;
  const policy = /Content-Security-Policy" content="([^"]*)"/.exec(text)![1]!;
  const hash = createHash('sha256').update(style).digest('base64');
  assert.equal(policy, `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'`);
  assert.equal(text.match(/<style/g)!.length, 1);
});

test('the HTML report shows how language models go on with texts, as text and nothing else', () => {
  const hostile = '<img src=x onerror=alert(1)>';
  const run = someRun({ experiment: 'Whales' });
  const continuations = [
    {
      prompt: `call me ${hostile}`,
      reference: 'ishmael',
      texts: { student: 'ahab', teacher: `a ${hostile}` },
    },
  ];
  const text = renderHtml(compareRuns([{ ...run, result: { ...run.result!, continuations } }, someRun()]));
  assert.match(text, /Sample continuations/);
  for (const part of ['call me &lt;img', 'ishmael', 'ahab', 'a &lt;img'])
    assert.ok(text.includes(part), part);
  assert.doesNotMatch(text, /<img/);
  assert.doesNotMatch(renderHtml(usual), /Sample continuations/);
});

test('the HTML report holds the figures of the comparison, in words and pictures', () => {
  const text = renderHtml(usual, { generatedAt: new Date('2026-01-02T03:04:05Z') });
  for (const wanted of [
    '92.09 ± 0.19 %',
    'BEATS',
    '95 % interval [+1.55, +2.31] pp',
    '9.58 MB',
    'strategy.temperature',
    '2026-01-02 03:04 UTC',
    'Accuracy against size on disk',
  ])
    assert.ok(text.includes(wanted), wanted);
  assert.ok((text.match(/<svg viewBox/g) ?? []).length >= 10);
  assert.doesNotMatch(text, /NaN|undefined|Infinity|\[object/);
});

test('the HTML report has its learning curves, a band over seeds, and ignores values that are not finite', () => {
  const curves = usual.runs.slice(0, 3).map(({ run }, index) => ({
    run,
    metric: 'validation.accuracy',
    points: [
      { epoch: 1, value: 0.5 + index / 100 },
      { epoch: 2, value: Number.NaN },
      { epoch: 3, value: 0.9 },
    ],
  }));
  const text = renderHtml(usual, { curves });
  assert.ok(text.includes('Validation accuracy'));
  assert.doesNotMatch(text, /NaN/);
});

test('a thousand runs in one HTML report', () => {
  const runs = Array.from({ length: 1000 }, (_, index) =>
    someRun({
      seed: index % 100,
      experiment: `experiment ${Math.floor(index / 100)}`,
      accuracy: 0.8 + (index % 13) / 100,
      strategy: index < 100 ? { kind: 'direct' } : response,
    }),
  );
  const text = renderHtml(compareRuns(runs));
  assert.ok(text.includes('And 800 more runs'));
  assert.ok(text.length < 5_000_000);
});
