import { hashPassword, verifyPassword } from '../src/people/passwords.ts';
import { round, verdict, type BenchResult } from './bench.ts';
import { client, drive, requireStatus } from './parts/load.ts';
import { startProduct } from './parts/product.ts';
import { makeSchool } from './parts/school.ts';

const CLASSES = 4;
const PUPILS_EACH = 50;
const CALLERS = 8;
const PASSWORD = 'bench-2026-bench';
const RETURNING = 4000;

/**
 * Two hundred people sign in with their passwords, beside argon2id's own rate for the same hash in the same run; then
 * those who are signed in already come back, which costs no hash.
 */
export async function run(): Promise<BenchResult> {
  const product = await startProduct();
  try {
    const { db, pool } = product.database;
    const lessons = await makeSchool(db, { classes: CLASSES, pupilsEach: PUPILS_EACH });
    const stored = await hashPassword(PASSWORD);
    await pool.query('UPDATE accounts SET password_hash = $1', [stored]);
    const { rows: accounts } = await pool.query<{ login_name: string }>('SELECT login_name FROM accounts');
    const verify = async () => {
      if (!(await verifyPassword(stored, PASSWORD))) throw new Error('the password was not recognised');
    };
    await drive(
      CALLERS,
      Array.from({ length: 16 }, () => verify),
    );
    const reference = await drive(
      CALLERS,
      Array.from({ length: accounts.length }, () => verify),
    );
    const http = client(product.host, product.port, CALLERS);
    const headers = { 'content-type': 'application/json', 'nol-client': 'bench' };
    const logins = await drive(
      CALLERS,
      accounts.map(({ login_name: loginName }) => async () => {
        const answer = await http.send({
          method: 'POST',
          path: '/api/sign-in',
          headers,
          body: JSON.stringify({ loginName, password: PASSWORD }),
        });
        requireStatus(answer, 200, 'sign-in');
      }),
    );
    const tokens = lessons.flatMap(({ pupils }) => pupils.map(({ token }) => token));
    const returning = await drive(
      CALLERS,
      Array.from({ length: RETURNING }, (_, place) => async () => {
        const cookie = `nol_${product.port}=${tokens[place % tokens.length]}`;
        requireStatus(await http.send({ path: '/api/me', headers: { ...headers, cookie } }), 200, 'me');
      }),
    );
    http.close();
    const ratio = logins.perSecond / reference.perSecond;
    return {
      name: 'login',
      figures: {
        loginsPerSecond: logins.perSecond,
        p99Ms: logins.p99Ms,
        returningPerSecond: returning.perSecond,
        returningP99Ms: returning.p99Ms,
      },
      reference: { argon2PerSecond: reference.perSecond },
      ratio: round(ratio, 2),
      budget: { ratioAtLeast: 0.7 },
      ...verdict([
        { name: 'ratio', holds: ratio >= 0.7 },
        // A hash in the way would hold them at the rate of the hashes.
        { name: 'returning', holds: returning.perSecond > 3 * reference.perSecond },
      ]),
    };
  } finally {
    await product.close();
  }
}
