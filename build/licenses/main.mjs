// npm run licenses: lists every package of which users get something, with its licence, and what npm's registry knows to be
// wrong with it. Fails on a licence that may not be shipped and on an advisory.
import { readFileSync } from 'node:fs';
import { advisoriesOn, askNpm } from './advisories.mjs';
import { licenseProblem } from './rules.mjs';
import { listFile } from './shipped.mjs';

const packages = JSON.parse(readFileSync(listFile, 'utf8'));
for (const { name, version, license } of packages) console.log(`${name} ${version}  ${license}`);
console.log();

const problems = packages.flatMap(({ name, license }) => {
  const problem = licenseProblem(license);
  return problem === undefined ? [] : [`${name}: ${problem}`];
});
for (const problem of problems) console.error(problem);
console.log(`Licences: ${packages.length} packages, ${problems.length} that may not be shipped.`);

const { unknown, found = [] } = advisoriesOn(packages, askNpm());
for (const { name, range, severity, titles, isFixed } of found)
  console.error(`${name} ${range}: ${severity}${isFixed ? ', fixed by now' : ''}\n  ${titles.join('\n  ')}`);
if (unknown === undefined) console.log(`Advisories: ${found.length} on what is shipped.`);
else
  console.log(
    `Advisories: not known, the registry does not tell them here: ${unknown}. Run this where it does.`,
  );
if (problems.length + found.length > 0) process.exitCode = 1;
