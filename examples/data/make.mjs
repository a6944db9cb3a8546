// Writes the small tables of this folder: made-up mail to a travel office, for the tasks whose data lies in tables.
// node examples/data/make.mjs [FOLDER]
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const cities = [
  'Oslo',
  'Madrid',
  'Lisbon',
  'Prague',
  'Vienna',
  'Athens',
  'New York',
  'Hong Kong',
  'Rome',
  'Cape Town',
];
const days = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];
const greetings = ['Hello,', 'Good morning,', 'Dear team,', 'Hi,', ''];

/** Clauses by topic: what customers write, and what the office replies. */
const topics = {
  booking: {
    asks: [
      'I would like to book a flight to {city}',
      'please reserve a seat to {city} for me',
      'can I still get a ticket to {city} on {day}',
    ],
    replies: ['Your seat to {city} is reserved.', 'We booked the flight to {city}.'],
  },
  cancellation: {
    asks: [
      'please cancel my trip to {city}',
      'I can no longer travel to {city} on {day}',
      'we have to call off the journey to {city}',
    ],
    replies: ['Your trip to {city} is cancelled.', 'We took you off the list to {city}.'],
  },
  refund: {
    asks: ['I want my money back', 'when will you pay me back', 'please refund the full price'],
    replies: ['The money will be on your account soon.', 'We pay back the full price.'],
  },
  luggage: {
    asks: [
      'my suitcase never arrived in {city}',
      'a bag of mine was lost on the way to {city}',
      'my luggage was damaged in {city}',
    ],
    replies: ['Your suitcase was found in {city}.', 'We are looking for the bag in {city}.'],
  },
  delay: {
    asks: [
      'the flight to {city} was four hours late',
      'we waited all {day} for the plane to {city}',
      'the train to {city} did not come in time',
    ],
    replies: [
      'We are sorry that you had to wait for {city}.',
      'The plane to {city} was late because of fog.',
    ],
  },
  invoice: {
    asks: [
      'please send me the invoice',
      'there is a mistake in the bill',
      'I need a receipt for my employer',
    ],
    replies: ['The invoice is attached.', 'We corrected the bill.'],
  },
};
const topicNames = Object.keys(topics);

/** The same numbers from the same seed, on every machine: mulberry32. */
function generator(seed) {
  let state = seed;
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const pick = (list) => list[Math.floor(next() * list.length)];
  const some = (list, count) => {
    const left = [...list];
    return Array.from({ length: count }, () => left.splice(Math.floor(next() * left.length), 1)[0]);
  };
  return { next, pick, some };
}

const fill = (clause, city, day) => clause.replace('{city}', city).replace('{day}', day);

/** Clauses about some topics, as one text. */
function message(random, about) {
  const [city, day] = [random.pick(cities), random.pick(days)];
  const clauses = about.map((topic) => fill(random.pick(topics[topic].asks), city, day));
  return { city, day, text: `${random.pick(greetings)} ${clauses.join(', and ')}.`.trim() };
}

/** Requests and replies: whether the one answers the other. */
function replies(random) {
  const about = random.pick(topicNames);
  const { text, city, day } = message(random, [about]);
  const fits = random.next() < 0.4;
  const topic = fits ? about : random.pick(topicNames.filter((name) => name !== about));
  return {
    request: text,
    reply: fill(random.pick(topics[topic].replies), city, day),
    label: fits ? 'answers' : 'misses',
  };
}

/** How much two messages have in common, 0 to 5: of their topics, the part that both have, as a reader would put it. */
function similarity(random) {
  const one = random.some(topicNames, 1 + Math.floor(random.next() * 3));
  const other =
    random.next() < 0.5
      ? random.some(topicNames, 1 + Math.floor(random.next() * 3))
      : random.some(one, Math.ceil(random.next() * one.length));
  const shared = one.filter((name) => other.includes(name)).length;
  const share = shared / new Set([...one, ...other]).size;
  const score = Math.min(5, Math.max(0, 5 * share + (random.next() - 0.5) * 0.8));
  return {
    first: message(random, one).text,
    second: message(random, other).text,
    score: Number(score.toFixed(2)),
  };
}

/** Messages with every topic that they are about; a few are about none. */
function labelled(random) {
  const about = random.some(topicNames, Math.floor(random.next() * 3.3));
  const text =
    about.length === 0
      ? `${random.pick(greetings)} thank you for everything.`.trim()
      : message(random, about).text;
  return { text, topics: about };
}

const field = (value) =>
  /[",\n]/.test(String(value)) ? `"${String(value).replaceAll('"', '""')}"` : String(value);
const csv = (rows) =>
  [Object.keys(rows[0]).join(','), ...rows.map((row) => Object.values(row).map(field).join(','))].join('\n');
const jsonl = (rows) => rows.map((row) => JSON.stringify(row)).join('\n');

/** Each table: its rows, how many, and how it is written. */
export const tables = {
  'replies.csv': { row: replies, count: 1000, write: csv },
  'similarity.csv': { row: similarity, count: 800, write: csv },
  'topics.jsonl': { row: labelled, count: 600, write: jsonl },
};

/** The text of a table of this folder. */
export function tableText(name, count = tables[name].count) {
  const { row, write } = tables[name];
  const random = generator(Object.keys(tables).indexOf(name) + 1);
  // Each row once: what is tested on is never learned.
  const rows = new Map();
  while (rows.size < count) {
    const one = row(random);
    const key = JSON.stringify(one).toLowerCase();
    if (!rows.has(key)) rows.set(key, one);
  }
  return `${write([...rows.values()])}\n`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const folder = process.argv[2] ?? import.meta.dirname;
  mkdirSync(folder, { recursive: true });
  for (const name of Object.keys(tables)) writeFileSync(join(folder, name), tableText(name));
}
