import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { hashPassword } from '../people/passwords.ts';
import { buildTestApp } from '../platform/testing/app.ts';
import { aClass, aPupil, aSchool } from '../platform/testing/builders.ts';

/**
 * B-02: a school behind one address signs in while somebody at the same address guesses. All requests here come from one
 * address, so that whatever counted by address would shut the school out.
 */
const { app, db } = await buildTestApp();

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

async function signIn(loginName: string, word: string, cookie?: string) {
  const answer = await app.inject({
    method: 'POST',
    url: '/api/sign-in',
    headers: { 'nol-client': 'test', ...(cookie ? { cookie } : {}) },
    payload: { loginName, password: word },
  });
  const cookies = [answer.headers['set-cookie'] ?? []].flat();
  return {
    status: answer.statusCode,
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
  const outcomes = await inTwos(pupils, async ({ loginName }, place) => {
    // The attacker: one wrong password on every name.
    const sprayed = await signIn(loginName, 'password123');
    // One in twenty mistypes twice.
    if (place % 20 === 0) {
      await signIn(loginName, 'a sentence of theri own');
      await signIn(loginName, 'a sentence of their onw');
    }
    return { sprayed: sprayed.status, own: (await signIn(loginName, password)).status };
  });
  expect(outcomes.filter(({ own }) => own !== 200)).toEqual([]);
  expect(outcomes.filter(({ sprayed }) => sprayed !== 401)).toEqual([]);
}, 120_000);

test('ten guesses an hour at one name, however many at once, and the own device is let in all the same', async () => {
  const [victim] = (await aSchoolOfPupils()).slice(0, 1) as [Pupil];
  const { device } = await signIn(victim.loginName, password);
  const guesses = await Promise.all(
    Array.from({ length: 60 }, () => signIn(victim.loginName, randomBytes(9).toString('base64url'))),
  );
  const count = (status: number) => guesses.filter((one) => one.status === status).length;
  expect(count(200)).toBe(0);
  // Those that waited too long for their turn are told so, and were not looked at.
  expect(count(401)).toBeLessThanOrEqual(10);
  expect(count(401) + count(429) + count(503)).toBe(60);
  await inTwos(Array.from({ length: 12 }), () => signIn(victim.loginName, 'one more'));
  expect((await signIn(victim.loginName, password)).status).toBe(429);
  expect((await signIn(victim.loginName, password, device)).status).toBe(200);
}, 120_000);

test('a device is known to its own account only, and its guesses are counted, too', async () => {
  const [mine, other] = (await aSchoolOfPupils()).slice(0, 2) as [Pupil, Pupil];
  const { device } = await signIn(mine.loginName, password);
  await inTwos(Array.from({ length: 12 }), () => signIn(other.loginName, 'wrong', device));
  expect((await signIn(other.loginName, password, device)).status).toBe(429);
  await inTwos(Array.from({ length: 12 }), () => signIn(mine.loginName, 'wrong', device));
  expect((await signIn(mine.loginName, password, device)).status).toBe(429);
  const forged = `${device.split('=')[0]}=${'A'.repeat(16)}.${'A'.repeat(22)}`;
  expect((await signIn(other.loginName, password, forged)).status).toBe(429);
  // Up to six accounts share a device: the last that signed in are remembered.
  const family = await signIn(mine.loginName, password);
  expect(family.status).toBe(200);
}, 120_000);
