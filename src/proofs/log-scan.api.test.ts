import { beforeAll, expect, test } from 'vitest';
import { buildTestApp } from '../platform/testing/app.ts';
import { rolledBackDatabase } from '../platform/testing/rolled-back.ts';
import { standAt, WEDNESDAY } from '../timetable/testing/school.ts';
import { hatsOf } from './hats.ts';
import { ask, operationsOf } from './operations.ts';
import { aTenant, CANARY } from './tenants.ts';
import { asWhoMay } from './who-may.ts';

/**
 * H-11: every call of the contract is asked by somebody who may, right and then wrong, about people and things whose every
 * name, topic and note holds a canary. Of neither that nor of what signs a person in is anything in the log, at its most
 * talkative level.
 */
const database = await rolledBackDatabase();
const { app, db, ctx, clock, logLines } = await buildTestApp(database);

const secrets = new Set<string>();
let asked = 0;
let answered = '';

beforeAll(async () => {
  await standAt(db, WEDNESDAY);
  await clock.refresh(db);
  const own = await aTenant(ctx, CANARY);
  const hats = hatsOf(ctx, own, await aTenant(ctx, CANARY));
  logLines.length = 0;
  const world = { database, operations: operationsOf(app), hats, ids: own.ids };
  asked = await asWhoMay(
    world,
    () => true,
    async ({ asking }) => {
      const right = asking();
      const cookie = /=([^;]+)/.exec(right.headers['cookie'] ?? '')?.[1];
      if (cookie) secrets.add(cookie);
      answered += (await ask(app, right)).body;
      const wrong = { [CANARY]: '13800000001', password: 'a sentence of their own' };
      await ask(app, { ...right, url: `${right.url}${CANARY}`, payload: wrong });
    },
  );
}, 300_000);

const shapes: Readonly<Record<string, RegExp>> = {
  'a telephone number': /(?<![\w.-])(?:\+?86)?1[3-9]\d{9}(?![\w.-])|5550100/,
  'an identity number': /(?<![\w.-])\d{17}[\dXx](?![\w-])/,
  'an address of mail': /[\w.+-]+@[\w-]+\.(?:com|cn|net|org|edu|example)/,
  'a password': /a sentence of their own|\$argon2/,
  'a cookie': /nol_\d+=|__Host-/,
  'a name, a topic or a note': new RegExp(`${CANARY}|${encodeURIComponent(CANARY)}`, 'i'),
};

test('the run talked of names and left lines', () => {
  expect(asked).toBeGreaterThan(110);
  expect(answered).toContain(CANARY);
  expect(logLines.length).toBeGreaterThan(asked);
  expect(secrets.size).toBeGreaterThan(3);
});

test.each(Object.entries(shapes))('%s is in no line of the log', (_what, shape) => {
  expect(logLines.filter((line) => shape.test(line)).map((line) => line.slice(0, 400))).toEqual([]);
});

test('no session is in the log', () => {
  expect(logLines.filter((line) => [...secrets].some((secret) => line.includes(secret)))).toEqual([]);
});
