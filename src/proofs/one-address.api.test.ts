import { randomBytes } from 'node:crypto';
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { guessRule } from '../people/guesses.ts';
import { hashPassword } from '../people/passwords.ts';
import { brakeRule, SIGN_IN_BRAKED } from '../people/sign-in-brake.ts';
import { buildTestApp } from '../platform/testing/app.ts';
import { aClass, aPupil, aSchool } from '../platform/testing/builders.ts';

/**
 * B-02: a school behind one address signs in while somebody at the same address guesses. All requests here come from one
 * address, so that whatever counted by address would shut the school out.
 */
const { app, db, logLines } = await buildTestApp();

const pupilCount = 150;
const password = 'a sentence of their own';

interface Pupil {
  readonly loginName: string;
  readonly accountId: string;
}

async function aSchoolOfPupils(): Promise<Pupil[]> {
  const { orgId: schoolId } = await aSchool(db);
  const { classId } = await aClass(db, { schoolId });
  const hash = await hashPassword(password);
  const pupils: Pupil[] = [];
  for (let place = 0; place < pupilCount; place++) {
    const { accountId } = await aPupil(db, { schoolId, classId });
    const { login_name: loginName } = await db
      .updateTable('accounts')
      .set({ password_hash: hash })
      .where('id', '=', accountId)
      .returning('login_name')
      .executeTakeFirstOrThrow();
    pupils.push({ accountId, loginName });
  }
  return pupils;
}

async function signIn(loginName: string, word: string, cookie?: string, remoteAddress = '127.0.0.1') {
  const answer = await app.inject({
    method: 'POST',
    remoteAddress,
    url: '/api/sign-in',
    headers: { 'nol-client': 'test', ...(cookie ? { cookie } : {}) },
    payload: { loginName, password: word },
  });
  const cookies = [answer.headers['set-cookie'] ?? []].flat();
  return {
    status: answer.statusCode,
    code: answer.json<{ code?: string }>().code,
    device: cookies.find((one) => one.startsWith('nol_device_'))?.split(';')[0] ?? '',
  };
}

/** Two at a time, as the hashing lets through: a test may not depend on how fast the machine is. */
async function inTwos<Item, Result>(
  items: readonly Item[],
  act: (item: Item, place: number) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  let next = 0;
  const walk = async (): Promise<void> => {
    while (next < items.length) {
      const place = next++;
      results[place] = await act(items[place] as Item, place);
    }
  };
  await Promise.all([walk(), walk()]);
  return results;
}

test('everybody gets in, mistyping now and then, while one password is tried on all of them', async () => {
  const pupils = await aSchoolOfPupils();
  const tried = 'password123';
  const outcomes = await inTwos(pupils, async ({ loginName }, place) => {
    // The attacker: one wrong password on every name.
    const sprayed = await signIn(loginName, tried);
    // One in twenty mistypes twice.
    if (place % 20 === 0) {
      await signIn(loginName, 'a sentence of theri own');
      await signIn(loginName, `a sentence of their onw ${place}`);
    }
    return { sprayed: sprayed.status, own: (await signIn(loginName, password)).status };
  });
  expect(outcomes.filter(({ own }) => own !== 200)).toEqual([]);
  // Of three thousand names that would be less than one in a hundred.
  expect(outcomes.filter(({ sprayed }) => sprayed === 401)).toHaveLength(brakeRule.word.atOnce);
  expect(outcomes.filter(({ sprayed }) => sprayed === 429)).toHaveLength(pupilCount - brakeRule.word.atOnce);
}, 120_000);

test('a password that was tried on a school opens an account of it from a device that was used before', async () => {
  const pupils = await aSchoolOfPupils();
  const [holder] = pupils as [Pupil];
  const common = 'woaibeijing2026';
  await db
    .updateTable('accounts')
    .set({ password_hash: await hashPassword(common) })
    .where('id', '=', holder.accountId)
    .execute();
  const { device } = await signIn(holder.loginName, common);
  await inTwos(pupils.slice(1, 30), ({ loginName }) => signIn(loginName, common));
  expect((await signIn(holder.loginName, common)).code).toBe('sign_in_password_tried');
  expect((await signIn(holder.loginName, common, device)).status).toBe(200);
}, 120_000);

test('of many guesses at one name six are looked at, then one each quarter of an hour; the own device is let in all the same', async () => {
  const [victim] = (await aSchoolOfPupils()).slice(0, 1) as [Pupil];
  const { device } = await signIn(victim.loginName, password);
  const guesses = await Promise.all(
    Array.from({ length: 60 }, () => signIn(victim.loginName, randomBytes(9).toString('base64url'))),
  );
  const count = (status: number) => guesses.filter((one) => one.status === status).length;
  expect(count(200)).toBe(0);
  // Those that waited too long for their turn are told so, and were not looked at.
  expect(count(401)).toBeLessThanOrEqual(guessRule.atOnce);
  expect(count(401) + count(429) + count(503)).toBe(60);
  await inTwos(Array.from({ length: 12 }), (_, place) => signIn(victim.loginName, `one more ${place}`));
  expect((await signIn(victim.loginName, password)).status).toBe(429);
  expect((await signIn(victim.loginName, password, device)).status).toBe(200);
  // A quarter of an hour later the holder comes in from a strange device, too.
  await sql`UPDATE guess_brakes SET free_at = free_at - interval '15 minutes'`.execute(db);
  expect((await signIn(victim.loginName, password)).status).toBe(200);
}, 120_000);

test('a device is known to its own account only, and its guesses are counted, too', async () => {
  const [mine, other] = (await aSchoolOfPupils()).slice(0, 2) as [Pupil, Pupil];
  const { device } = await signIn(mine.loginName, password);
  const wrong = Array.from({ length: 12 }, (_, place) => `wrong ${place}`);
  await inTwos(wrong, (word) => signIn(other.loginName, word, device));
  expect((await signIn(other.loginName, password, device)).status).toBe(429);
  await inTwos(wrong, (word) => signIn(mine.loginName, word, device));
  expect((await signIn(mine.loginName, password, device)).status).toBe(429);
  const forged = `${device.split('=')[0]}=${'A'.repeat(16)}.${'A'.repeat(22)}`;
  expect((await signIn(other.loginName, password, forged)).status).toBe(429);
  // Up to six accounts share a device: the last that signed in are remembered.
  const family = await signIn(mine.loginName, password);
  expect(family.status).toBe(200);
}, 120_000);

test('passwords tried from many addresses are braked with an alarm; known devices, cards and honest addresses are not', async () => {
  const pupils = await aSchoolOfPupils();
  const [holder, neighbour] = pupils as [Pupil, Pupil];
  const { device } = await signIn(holder.loginName, password);
  const honest = '192.0.2.1';
  for (const { loginName } of pupils.slice(10, 20))
    expect((await signIn(loginName, password, undefined, honest)).status).toBe(200);
  const many = Array.from({ length: brakeRule.strangers.atOnce + 60 });
  const stuffed = await inTwos(many, (_, place) =>
    signIn(`stolen-${place}`, `of another site ${place}`, undefined, `198.51.100.${place}`),
  );
  expect(stuffed.some(({ code }) => code === 'sign_in_braked')).toBe(true);
  expect(stuffed.at(-1)?.code).toBe('sign_in_braked');
  expect(stuffed.filter(({ status }) => status === 200)).toEqual([]);
  expect((await signIn(neighbour.loginName, password, undefined, '203.0.113.5')).code).toBe('sign_in_braked');
  expect((await signIn(holder.loginName, password, device, '203.0.113.5')).status).toBe(200);
  expect((await signIn(neighbour.loginName, password, undefined, honest)).status).toBe(200);
  const alarms = await db
    .selectFrom('audit_lines')
    .selectAll()
    .where('action', '=', SIGN_IN_BRAKED)
    .execute();
  expect(alarms).toHaveLength(1);
  expect(logLines.filter((line) => line.includes('"people.signInBraked"'))).toHaveLength(1);
}, 120_000);
