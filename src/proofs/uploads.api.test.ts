import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { buildTestApp } from '../platform/testing/app.ts';
import { anOrg, aStaff, signedInAs } from '../platform/testing/builders.ts';
import { bodyLimitOf, type UploadPlace } from '../platform/upload-place.ts';
import { aLesson, type BuiltLesson } from '../rooms/testing/a-lesson.ts';
import { encodeEvents } from '../rooms/wire.ts';
import { encodeGb18030 } from '../rosters/testing/gb18030.ts';
import { oneRosterSet, zipOf } from '../rosters/testing/table-sets.ts';
import { workbookBytes } from '../rosters/testing/workbooks.ts';
import { sniff } from '../rosters/workbook/sniff.ts';
import { aPlannedSchool, standAt, WEDNESDAY } from '../timetable/testing/school.ts';
import { UPLOAD_PLACES } from '../../tools/docs/uploads.ts';
import { animatedPng, FOREIGN_FILES, hugePng, pngChunk, POLYGLOTS, POLYGLOT_SIGNS } from './foreign-files.ts';
import { operationsOf } from './operations.ts';

// Each table is read in a process of its own; on a busy machine a few of them take their time.
vi.setConfig({ testTimeout: 180_000 });

const { app, db, ctx, clock, logLines } = await buildTestApp();
await standAt(db, WEDNESDAY);
await clock.refresh(db);

const place = (operation: string): UploadPlace => {
  const found = UPLOAD_PLACES.find((one) => one.operation === operation);
  if (!found) throw new Error(`no place ${operation}`);
  return found;
};
const forms = UPLOAD_PLACES.filter(({ sentAs }) => sentAs === 'form').map(({ operation }) => operation);

const urls: Record<string, string> = {};
const headersOf: Record<string, Record<string, string>> = {};
let lesson: BuiltLesson;
let logId: string;

beforeAll(async () => {
  const city = await anOrg(db, { kind: 'city', code: '371000', name: '威海市' });
  const officer = await aStaff(db, { orgId: city.orgId, role: 'bureauOfficer' });
  const { schoolId } = await aPlannedSchool(db);
  const admin = await aStaff(db, { orgId: schoolId, role: 'schoolAdmin' });
  const ofAdmin = await signedInAs(db, admin.accountId, admin);
  urls['checkRoster'] = `/api/orgs/${schoolId}/roster-drafts`;
  urls['checkTimetable'] = `/api/schools/${schoolId}/timetable-imports`;
  urls['checkSchools'] = `/api/orgs/${city.orgId}/school-imports`;
  headersOf['checkRoster'] = headersOf['checkTimetable'] = ofAdmin;
  headersOf['checkSchools'] = await signedInAs(db, officer.accountId, officer);
  lesson = await aLesson(db);
  const joined = await app.inject({
    method: 'POST',
    url: `/api/rooms/${lesson.schoolDay}/${lesson.lessonId}/join`,
    headers: lesson.teacher.headers,
    payload: {},
  });
  ({ logId } = joined.json<{ logId: string }>());
});

let keys = 0;
/** Sends a file as the part `file` of a form, under any name. */
function send(operation: string, bytes: Uint8Array, name = 'a.bin') {
  const head = `--cut\r\nContent-Disposition: form-data; name="file"; filename="${name}"\r\nContent-Type: application/octet-stream\r\n\r\n`;
  return app.inject({
    method: 'POST',
    url: urls[operation] ?? '',
    headers: {
      ...headersOf[operation],
      'idempotency-key': `uploads-${(keys += 1)}-0123456789`,
      'content-type': 'multipart/form-data; boundary=cut',
    },
    payload: Buffer.concat([Buffer.from(head), bytes, Buffer.from('\r\n--cut--\r\n')]),
  });
}

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
let pages = 0;
function sendPage(bytes: Buffer, type: string) {
  return app.inject({
    method: 'POST',
    url: `/api/logs/${logId}/pages?n=${(pages += 1)}&sha256=${sha256(bytes)}`,
    headers: { ...lesson.teacher.headers, 'content-type': type },
    payload: bytes,
  });
}
let inked = 0;
function sendSegment(bytes: Buffer, type: string) {
  const query = `startMs=0&durationMs=1000&sha256=${sha256(bytes)}`;
  return app.inject({
    method: 'PUT',
    url: `/api/logs/${logId}/events/${(inked += 1)}?${query}`,
    headers: { ...lesson.teacher.headers, 'content-type': type },
    payload: bytes,
  });
}
const outcome = ({ statusCode, body }: { statusCode: number; body: string }) =>
  `${statusCode} ${(JSON.parse(body) as { code?: string }).code ?? ''}`.trim();

const TABLES: Record<string, { sheet: string; rows: string[][] }> = {
  checkRoster: {
    sheet: '学生',
    rows: [
      ['学号', '姓名', '班级'],
      ['007', '石𬱖', '五（1）班'],
    ],
  },
  checkSchools: {
    sheet: '学校',
    rows: [
      ['学校代码', '学校名称', '学校类别', '区县代码', '区县', '上级学校'],
      ['hc-1', '环翠一小', '小学', '371002', '环翠区', ''],
    ],
  },
  checkTimetable: {
    sheet: '课表',
    rows: [
      ['课程名', '上课地点', '任课老师', '上课周期', '星期', '节次', '大节'],
      ['线性代数', '3-201', '林佳禾', '1-16周上(2学时)', '星期三', '1', '第1大节'],
    ],
  },
};

/** The table of a place as each kind of file that the place says it takes. */
function takenFiles(operation: string): [string, Uint8Array][] {
  const { sheet, rows } = TABLES[operation]!;
  const csv = rows.map((row) => row.join(',')).join('\r\n');
  const cells = rows.map((row) => `<tr>${row.map((cell) => `<td>${cell}</td>`).join('')}</tr>`).join('');
  const page = `<html><meta charset="gb2312"><table>${cells}</table></html>`;
  const utf8 = (text: string) => new TextEncoder().encode(text);
  const kinds: [string, Uint8Array][] = [
    ...(['xlsx', 'xlsm', 'xlsb', 'ods', 'biff8', 'xlml'] as const).map((type): [string, Uint8Array] => [
      type,
      workbookBytes({ [sheet]: rows }, { type }),
    ]),
    ['html', encodeGb18030(page)],
    ['csv', utf8(csv)],
    ['csv in GB18030', encodeGb18030(csv)],
    ['tsv in UTF-16', new Uint8Array(Buffer.from(`\ufeff${csv.replaceAll(',', '\t')}`, 'utf16le'))],
    [
      'zip',
      operation === 'checkRoster'
        ? zipOf(oneRosterSet({ code: 'uploads-1' }))
        : zipOf({ [`${sheet}.csv`]: csv }),
    ],
  ];
  if (operation !== 'checkTimetable') return kinds;
  const [head = [], ...body] = rows;
  const list = body.map((row) => Object.fromEntries(head.map((key, i) => [key, row[i]])));
  return [...kinds, ['json', utf8(JSON.stringify(list))]];
}

test('the places of docs/uploads.md are those of the running contract', () => {
  const taking = operationsOf(app).filter(({ body }) => body && body.type !== 'application/json');
  expect(taking.map(({ id }) => id).toSorted()).toEqual(UPLOAD_PLACES.map((one) => one.operation).toSorted());
});

/** Kinds told by their first bytes; the rest is read as text in a process of its own, which the roster alone proves here. */
const told = new Set(FOREIGN_FILES.filter(({ bytes }) => sniff(bytes).kind !== 'text'));

describe.each(forms)('the form of %s', (operation) => {
  test('every kind it takes goes in, whatever the file is called', async () => {
    const files = takenFiles(operation);
    const outcomes = await Promise.all(
      files.map(async ([kind, bytes]) => `${kind}: ${outcome(await send(operation, bytes, '名册.jpg'))}`),
    );
    expect(outcomes).toEqual(files.map(([kind]) => `${kind}: 201`));
  });

  test('every other kind is refused by name and remedy, whatever the file is called', async () => {
    const files = FOREIGN_FILES.filter((file) => operation === 'checkRoster' || told.has(file));
    expect(files.length).toBeGreaterThan(20);
    const wrong = await Promise.all(
      files.map(async ({ what, bytes }) => {
        const answer = await send(operation, bytes, '名册.xlsx');
        const {
          code = '',
          detail = '',
          state = '',
          failure = '',
        } = answer.json<{ code?: string; detail?: string; state?: string; failure?: string | null }>();
        // What only reading tells is refused by the check, whose outcome the import keeps.
        const isRefused = answer.statusCode === 422 || (operation === 'checkRoster' && state === 'refused');
        const isClear = isRefused && /[\u4e00-\u9fff]{4}/.test(detail || (failure ?? ''));
        return isClear ? [] : [`${what}: ${answer.statusCode} ${code} ${detail} ${state} ${failure}`];
      }),
    );
    expect(wrong.flat()).toEqual([]);
  });

  test('another content type is 415, a file larger than the place takes 413 or 422', async () => {
    const payload = Buffer.from('学号,姓名');
    const types = ['text/csv', 'application/octet-stream', 'application/zip', 'image/png', 'text/plain'];
    for (const type of types) {
      const headers = { ...headersOf[operation], 'idempotency-key': 'a'.repeat(20), 'content-type': type };
      const answer = await app.inject({ method: 'POST', url: urls[operation] ?? '', headers, payload });
      expect([type, outcome(answer)]).toEqual([type, '415 wrong_media_type']);
    }
    const { bytes } = place(operation);
    expect(outcome(await send(operation, Buffer.alloc(bytes + 1, 0x20)))).toBe('422 workbook_too_large');
    const whole = await send(operation, Buffer.alloc(bodyLimitOf(place(operation)) + 1, 0x20));
    expect(outcome(whole)).toBe('413 too_large');
  });
});

test('names that want out of the store stay names', async () => {
  const store = ctx.config.dataDir;
  const escaped = (folder: string) =>
    readdirSync(folder, { recursive: true })
      .map(String)
      .filter((file) => !/^files(\/[0-9a-f]{2}(\/[0-9a-f]{62})?)?$/.test(file));
  const list = takenFiles('checkTimetable').find(([kind]) => kind === 'json')![1];
  const before = escaped(store);
  for (const [index, name] of EVIL_NAMES.entries()) {
    // Bytes of their own, so that each is kept as a file.
    const bytes = Buffer.concat([list, Buffer.alloc(index, 0x20)]);
    const answer = await send('checkTimetable', bytes, name);
    expect([name.slice(0, 40), answer.statusCode]).toEqual([name.slice(0, 40), 201]);
  }
  expect(readdirSync(path.join(store, 'files')).length).toBeGreaterThan(1);
  expect(escaped(store)).toEqual(before);
  const beside = [path.dirname(store), '/tmp', process.cwd()].flatMap((folder) => readdirSync(folder));
  expect(beside.filter((file) => file.includes('nol-escaped'))).toEqual([]);
});

/** Traversal, encodings, devices, streams, length and case (D-03); NUL is refused with the form. */
const EVIL_NAMES = [
  '../../../../tmp/nol-escaped.csv',
  '..\\..\\..\\nol-escaped.csv',
  '/tmp/nol-escaped.csv',
  'C:\\nol-escaped.csv',
  '\\\\server\\share\\nol-escaped.csv',
  '%2e%2e%2fnol-escaped.csv',
  '..%252f..%252fnol-escaped.csv',
  '..%c0%afnol-escaped.csv',
  'file:///tmp/nol-escaped.csv',
  'a.csv::$DATA',
  'CON',
  'NUL.csv',
  '.',
  '..',
  '.htaccess',
  'a.csv%00.xlsx',
  '名册\u202Egpj.exe',
  `${'x'.repeat(4_000)}.csv`,
  'presFilename=../a',
];

describe('a page of a lesson', () => {
  const picture = (format: 'jpeg' | 'png' | 'webp') =>
    sharp({ create: { width: 80, height: 60, channels: 3, background: '#1f5c4d' } })
      .toFormat(format)
      .toBuffer();
  const serve = (sha: string) =>
    app.inject({ url: `/api/logs/${logId}/pages/${sha}?size=large`, headers: lesson.teacher.headers });

  test('every picture it takes goes in and is drawn anew, all other content types are 415', async () => {
    for (const { mediaType } of place('appendPage').types) {
      const bytes = await picture(mediaType?.slice(6) as 'jpeg');
      expect([mediaType, outcome(await sendPage(bytes, mediaType ?? ''))]).toEqual([mediaType, '200']);
    }
    const bytes = await picture('png');
    for (const type of [
      'image/svg+xml',
      'image/gif',
      'image/tiff',
      'application/pdf',
      'text/html',
      'text/plain',
    ])
      expect([type, outcome(await sendPage(bytes, type))]).toEqual([type, '415 wrong_media_type']);
    const tooLarge = Buffer.alloc(place('appendPage').bytes + 1);
    expect(outcome(await sendPage(tooLarge, 'image/png'))).toBe('413 too_large');
  });

  test('no other file and none of 210 polyglots passes as a picture', async () => {
    const passed: string[] = [];
    for (const [index, { what, bytes }] of [...FOREIGN_FILES, ...POLYGLOTS].entries()) {
      const type = ['image/png', 'image/jpeg', 'image/webp'][index % 3]!;
      const answer = outcome(await sendPage(bytes, type));
      if (answer !== (bytes.length === 0 ? '400 empty_body' : '422 page_not_image'))
        passed.push(`${what} as ${type}: ${answer}`);
    }
    expect(POLYGLOTS.length).toBeGreaterThanOrEqual(200);
    expect(passed).toEqual([]);
  });

  test('what hides in a real picture is not in the one that is served', async () => {
    const markup = Buffer.from('<script>alert(1)</script><svg onload=x>');
    const [jpeg, png, webp] = await Promise.all([picture('jpeg'), picture('png'), picture('webp')]);
    const comment = Buffer.concat([Buffer.from([0xff, 0xfe, 0, markup.length + 2]), markup]);
    const located = await sharp(png)
      .withExif({
        IFD0: { Make: '<script>' },
        IFD3: { GPSLatitude: '39/1 54/1 0/1', GPSLongitude: '116/1 23/1 0/1' },
      })
      .jpeg()
      .toBuffer();
    const hidden: [Buffer, string][] = [
      [Buffer.concat([jpeg.subarray(0, 2), comment, jpeg.subarray(2)]), 'image/jpeg'],
      [Buffer.concat([jpeg, markup]), 'image/jpeg'],
      [Buffer.concat([png.subarray(0, 33), pngChunk('tEXt', markup), png.subarray(33)]), 'image/png'],
      [Buffer.concat([png, markup]), 'image/png'],
      [Buffer.concat([webp, markup]), 'image/webp'],
      [located, 'image/jpeg'],
      [animatedPng(png, 10_000), 'image/png'],
    ];
    for (const [bytes, type] of hidden) {
      expect(outcome(await sendPage(bytes, type))).toBe('200');
      const served = await serve(sha256(bytes));
      expect(served.statusCode).toBe(200);
      expect(served.headers).toMatchObject({
        'content-type': 'image/jpeg',
        'x-content-type-options': 'nosniff',
      });
      expect(served.rawPayload.toString('latin1')).not.toMatch(POLYGLOT_SIGNS);
      const { format, exif, pages: frames = 1 } = await sharp(served.rawPayload).metadata();
      expect({ format, exif, frames }).toEqual({ format: 'jpeg', exif: undefined, frames: 1 });
    }
  });

  test('a picture of 50,000 × 50,000 is refused by its first line', async () => {
    expect(outcome(await sendPage(hugePng(50_000), 'image/png'))).toBe('422 page_not_image');
  });
});

test('a segment of the log is bytes only, and ink that is none is refused', async () => {
  const ink = Buffer.from(encodeEvents([{ kind: 'page', dtMs: 0, pageN: 1 }]));
  expect(outcome(await sendSegment(ink, 'application/octet-stream'))).toBe('200');
  for (const type of ['audio/mp4', 'text/html', 'image/png'])
    expect([type, outcome(await sendSegment(ink, type))]).toEqual([type, '415 wrong_media_type']);
  for (const { what, bytes } of [...FOREIGN_FILES, ...POLYGLOTS].filter(({ bytes }) => bytes.length > 0))
    expect([what, outcome(await sendSegment(bytes, 'application/octet-stream'))]).toEqual([
      what,
      '400 segment_damaged',
    ]);
  const tooLarge = Buffer.alloc(place('appendSegment').bytes + 1);
  expect(outcome(await sendSegment(tooLarge, 'application/octet-stream'))).toBe('413 too_large');
});

test('nothing of all this was a fault of the server', () => {
  expect(logLines.filter((line) => line.includes('"http.error"'))).toEqual([]);
});
