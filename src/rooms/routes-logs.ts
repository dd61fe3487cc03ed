import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ServerContext } from '../platform/context.ts';
import { AppError } from '../platform/errors.ts';
import { bodyLimitOf } from '../platform/upload-place.ts';
import { sessionWatchOf } from '../people/session-watch.ts';
import { readLog, takePart, teachLesson } from './actions.ts';
import {
  FeedQueryText,
  HeardAnswer,
  HeardBody,
  IndexAnswer,
  LogParams,
  ManifestAnswer,
  NextAnswer,
  OnlyForPupil,
  PageAnswer,
  PageImageParams,
  PageImageQuery,
  PageQuery,
  RawBytes,
  SealedVoiceParams,
  SegmentParams,
  SegmentQuery,
} from './contract.ts';
import { byteRange } from './byte-range.ts';
import { personInRoom, roomsOf } from './rooms.ts';
import { appendPage, appendSegment } from './service-append.ts';
import { readFeed } from './service-feed.ts';
import { readPlaylist, readSealedVoice } from './service-playlist.ts';
import { readIndex, readManifest, readPageImage, reportHeard } from './service-recording.ts';
import { PAGE_UPLOAD, SEGMENT_UPLOAD } from './upload-places.ts';

const tags = ['logs'];
const IMAGE_TYPES = PAGE_UPLOAD.types.flatMap(({ mediaType }) => mediaType ?? []);

/** Writing and reading the log of a lesson; see docs/lesson-log.md. */
export function logRoutes(ctx: ServerContext): FastifyPluginAsyncTypebox {
  const rooms = roomsOf(ctx);
  const reader = (request: FastifyRequest) =>
    personInRoom(rooms, request.actor, (request.query as { for?: string }).for);
  return async (app) => {
    for (const type of ['application/octet-stream', ...IMAGE_TYPES]) {
      app.addContentTypeParser(type, { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
    }

    app.put(
      '/logs/:logId/:track/:n',
      {
        config: { action: teachLesson, upload: SEGMENT_UPLOAD },
        bodyLimit: bodyLimitOf(SEGMENT_UPLOAD),
        schema: {
          operationId: 'appendSegment',
          tags,
          body: { content: { 'application/octet-stream': { schema: RawBytes } } },
          params: SegmentParams,
          querystring: SegmentQuery,
          response: { 200: NextAnswer },
        },
      },
      async (request) => {
        const { logId, track, n } = request.params;
        const { startMs, durationMs, sha256 } = request.query;
        const bytes = bytesOf(request, ['application/octet-stream']);
        return appendSegment(rooms, request.actor, { logId, track, n, startMs, durationMs, sha256, bytes });
      },
    );

    app.post(
      '/logs/:logId/pages',
      {
        config: { action: teachLesson, upload: PAGE_UPLOAD },
        bodyLimit: bodyLimitOf(PAGE_UPLOAD),
        schema: {
          operationId: 'appendPage',
          tags,
          body: {
            content: Object.fromEntries(IMAGE_TYPES.map((type) => [type, { schema: RawBytes }])),
          },
          params: LogParams,
          querystring: PageQuery,
          response: { 200: PageAnswer },
        },
      },
      async (request) => {
        const { n, sha256, text = '' } = request.query;
        const image = bytesOf(request, IMAGE_TYPES);
        return appendPage(rooms, request.actor, { logId: request.params.logId, n, sha256, text, image });
      },
    );

    app.get(
      '/logs/:logId/manifest',
      {
        config: { action: readLog },
        schema: {
          operationId: 'readManifest',
          tags,
          params: LogParams,
          querystring: OnlyForPupil,
          response: { 200: ManifestAnswer },
        },
      },
      async (request, reply) => {
        reply.header('cache-control', 'no-store');
        const manifest = await readManifest(
          rooms,
          request.actor,
          await reader(request),
          request.params.logId,
        );
        return {
          ...manifest,
          serverTime: manifest.serverTime.toISOString(),
          startsAt: manifest.startsAt.toISOString(),
          endsAt: manifest.endsAt.toISOString(),
          openedAt: manifest.openedAt?.toISOString() ?? null,
          endedAt: manifest.endedAt?.toISOString() ?? null,
          heard: manifest.heard === null ? null : heardAnswer(manifest.heard),
        };
      },
    );

    app.get(
      '/logs/:logId/feed',
      {
        config: { action: readLog, answers: 'application/octet-stream' },
        schema: { operationId: 'readFeed', tags, params: LogParams, querystring: FeedQueryText },
      },
      async (request, reply) => {
        const { voice, events, talk, pages, step, hold, max, init } = request.query;
        const gone = new AbortController();
        reply.raw.once('close', () => gone.abort());
        const signedOut = new AppError(401, 'sign_in_required', 'The session ended while this waited.');
        const unwatch = sessionWatchOf(ctx).watch(request.actor, () => gone.abort(signedOut));
        const body = await readFeed(
          rooms,
          request.actor,
          await reader(request),
          {
            logId: request.params.logId,
            voice,
            events,
            talk,
            pages,
            step,
            init: init === 1,
            maxBytes: max,
            holdMs: hold * 1000,
          },
          gone.signal,
        ).finally(unwatch);
        if (gone.signal.reason === signedOut) throw signedOut;
        return lean(reply)
          .header('cache-control', 'no-store')
          .header('content-type', 'application/octet-stream')
          .send(body);
      },
    );

    app.get(
      '/logs/:logId/index',
      {
        config: { action: readLog },
        schema: {
          operationId: 'readLogIndex',
          tags,
          params: LogParams,
          querystring: OnlyForPupil,
          response: { 200: IndexAnswer },
        },
      },
      async (request, reply) => {
        reply.header('cache-control', 'no-store');
        const index = await readIndex(rooms, request.actor, await reader(request), request.params.logId);
        return {
          durationMs: index.durationMs,
          voice: index.voice.map(([n, startMs]): [number, number] => [n, startMs]),
          chapters: [...index.chapters],
        };
      },
    );

    app.get(
      '/logs/:logId/pages/:sha256',
      {
        config: { action: readLog, answers: 'image/jpeg' },
        schema: { operationId: 'readPageImage', tags, params: PageImageParams, querystring: PageImageQuery },
      },
      async (request, reply) => {
        const { logId, sha256 } = request.params;
        const image = await readPageImage(rooms, request.actor, await reader(request), {
          logId,
          sha256,
          size: request.query.size,
        });
        lean(reply)
          .header('content-type', 'image/jpeg')
          .header('accept-ranges', 'bytes')
          // The address is the content; private, because who may see it is asked of the server.
          .header('cache-control', 'private, max-age=31536000, immutable');
        const range = byteRange(request.headers.range, image.length);
        if (range === 'whole') return reply.send(image);
        if (range === 'impossible') {
          throw new AppError(416, 'range_impossible', `This page has ${image.length} bytes.`);
        }
        return reply
          .code(206)
          .header('content-range', `bytes ${range.from}-${range.to}/${image.length}`)
          .send(image.subarray(range.from, range.to + 1));
      },
    );

    app.get(
      '/logs/:logId/voice.m3u8',
      {
        config: { action: readLog, answers: 'application/vnd.apple.mpegurl' },
        schema: { operationId: 'readPlaylist', tags, params: LogParams, querystring: OnlyForPupil },
      },
      async (request, reply) => {
        const playlist = await readPlaylist(
          rooms,
          request.actor,
          await reader(request),
          request.params.logId,
        );
        return reply
          .header('cache-control', 'no-store')
          .header('content-type', 'application/vnd.apple.mpegurl')
          .send(playlist);
      },
    );

    app.get(
      '/logs/:logId/sealed/:key/voice/:n',
      {
        config: { action: readLog, answers: 'audio/mp4' },
        schema: {
          operationId: 'readSealedVoice',
          tags,
          params: SealedVoiceParams,
          querystring: OnlyForPupil,
        },
      },
      async (request, reply) => {
        const bytes = await readSealedVoice(rooms, request.actor, await reader(request), request.params);
        return lean(reply)
          .header('cache-control', 'private, max-age=31536000, immutable')
          .header('content-type', 'audio/mp4')
          .send(bytes);
      },
    );

    app.post(
      '/logs/:logId/heard',
      {
        config: { action: takePart },
        schema: {
          operationId: 'reportHeard',
          tags,
          params: LogParams,
          querystring: OnlyForPupil,
          body: HeardBody,
          response: { 200: HeardAnswer },
        },
      },
      async (request) => {
        const who = { actor: request.actor, personId: await reader(request), logId: request.params.logId };
        return heardAnswer(await reportHeard(rooms, who, request.body.ranges));
      },
    );
  };
}

/** Headers that tell a browser how to treat a document: of no use beside bytes that a page of ours reads. */
const DOCUMENT_HEADERS = [
  'permissions-policy',
  'content-security-policy',
  'cross-origin-opener-policy',
  'origin-agent-cluster',
  'x-frame-options',
  'x-dns-prefetch-control',
  'x-permitted-cross-domain-policies',
  'referrer-policy',
];

/**
 * Without the headers of documents: they would cost a pupil 0.7 MB a lesson, a sixth of the voice itself. What
 * keeps bytes from being read elsewhere or taken for a page (`nosniff`, resource policy) stays.
 */
function lean(reply: FastifyReply): FastifyReply {
  for (const name of DOCUMENT_HEADERS) reply.removeHeader(name);
  return reply;
}

function heardAnswer({ ranges, ...heard }: Awaited<ReturnType<typeof reportHeard>>): HeardAnswer {
  return { ...heard, ranges: ranges.map(([from, to]): [number, number] => [from, to]) };
}

/** @throws {AppError} 415 when the content type is another one, 400 `empty_body` when nothing came. */
function bytesOf(request: FastifyRequest, types: readonly string[]): Buffer {
  const type = request.headers['content-type']?.split(';')[0]?.trim().toLowerCase() ?? '';
  if (!types.includes(type)) {
    throw new AppError(415, 'wrong_media_type', `Send ${types.join(' or ')}, not ${type || 'nothing'}.`);
  }
  if (!Buffer.isBuffer(request.body) || request.body.length === 0) {
    throw new AppError(400, 'empty_body', 'Nothing arrived; send it again.');
  }
  return request.body;
}
