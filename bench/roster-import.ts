import { spawn } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sql } from 'kysely';
import { workbookBytes } from '../src/rosters/testing/workbooks.ts';
import { round, verdict, type BenchResult } from './bench.ts';
import { startProduct } from './parts/product.ts';

/** As many records as a university's office once corrected by hand. */
const ROWS = 58_162;
const CLASS_SIZE = 45;
const BUDGET = { seconds: 10, peakMb: 500 };

/** Imports a roster of 58,162 pupils by the command line: read, checked and committed, then once more unchanged. */
export async function run(): Promise<BenchResult> {
  const product = await startProduct();
  try {
    const { db } = product.database;
    await sql`INSERT INTO orgs (kind, code, name) VALUES ('school', 'bench', '测速学校')`.execute(db);
    const file = join(product.server.dataDir, 'roster.xlsx');
    await writeFile(file, workbookBytes({ 学生: rosterRows() }));
    const importing = () => importFile(file, product.server.dataDir, product.port);
    const first = await importing();
    const again = await importing();
    const { rows: counted } = await sql<{ pupils: number }>`
      SELECT count(*)::int AS pupils FROM enrollments WHERE is_home`.execute(db);
    if (first.created !== ROWS || again.unchanged !== ROWS || counted[0]?.pupils !== ROWS)
      throw new Error('not everybody was imported');
    return {
      name: 'roster-import',
      figures: {
        rows: ROWS,
        seconds: first.seconds,
        peakMb: first.peakMb,
        againSeconds: again.seconds,
        againPeakMb: again.peakMb,
      },
      reference: null,
      ratio: null,
      budget: BUDGET,
      ...verdict([
        { name: 'seconds', holds: first.seconds <= BUDGET.seconds },
        { name: 'peakMb', holds: first.peakMb < BUDGET.peakMb },
      ]),
    };
  } finally {
    await product.close();
  }
}

function rosterRows(): (string | number)[][] {
  const rows: (string | number)[][] = [
    ['测速学校学生花名册'],
    ['序号', '学号', '姓名', '性别', '年级', '班级', '家长姓名', '备注'],
  ];
  for (let i = 0; i < ROWS; i += 1) {
    const grade = 7 + (i % 3);
    const classNo = Math.floor(i / 3 / CLASS_SIZE) + 1;
    const name = `测${String.fromCodePoint(0x4e00 + (i % 5000))}${String.fromCodePoint(0x4e00 + Math.floor(i / 5000))}`;
    const word = ['七', '八', '九'][grade - 7] ?? '';
    rows.push([
      i + 1,
      String(20_260_000 + i),
      name,
      i % 2 ? '女' : '男',
      `${word}年级`,
      `${word}（${classNo}）班`,
      `${name}家长`,
      '',
    ]);
  }
  return rows;
}

interface Imported {
  readonly created: number;
  readonly unchanged: number;
  readonly seconds: number;
  /** Most memory the importing process held, in MB of 10^6 bytes. */
  readonly peakMb: number;
}

async function importFile(file: string, dataDir: string, port: number): Promise<Imported> {
  const began = performance.now();
  const child = spawn(
    process.execPath,
    [join(import.meta.dirname, '../bin/nol.mjs'), 'roster', 'import', file, '--org', 'bench', '--json'],
    {
      env: { ...process.env, DATA_DIR: dataDir, PORT: String(port), DEMO: '0' },
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  let out = '';
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString('utf8')));
  let peakKb = 0;
  const watch = setInterval(() => {
    void peakOf(child.pid ?? 0).then((kb) => (peakKb = Math.max(peakKb, kb)));
  }, 100);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  clearInterval(watch);
  const seconds = round((performance.now() - began) / 1000, 2);
  if (code !== 0) throw new Error(`the import ended with ${code}: ${out.slice(0, 500)}`);
  const { created, unchanged } = JSON.parse(out) as { created: number; unchanged: number };
  return { created, unchanged, seconds, peakMb: round((peakKb * 1024) / 1e6) };
}

/** Peak resident memory of a process in kB; 0 when it is gone or the system does not tell. */
async function peakOf(pid: number): Promise<number> {
  try {
    const status = await readFile(`/proc/${pid}/status`, 'utf8');
    return Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0);
  } catch {
    return 0; // the process has ended between two looks
  }
}
