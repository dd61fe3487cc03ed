import type { FastifyInstance } from 'fastify';
import { decodeFeed, decodeJsonRow, type TalkRow } from '../wire.ts';
import type { BuiltLesson, Headers } from './a-lesson.ts';

/** A call's answer in one word: its status when it went well, else status and code. */
export const outcome = (given: { statusCode: number; json(): { code?: string } }) =>
  given.statusCode < 400 ? given.statusCode : [given.statusCode, given.json().code];

/** What tests of a room ask of the API again and again. */
export function roomCalls(app: FastifyInstance) {
  return {
    /** @param what - behind the lesson's address: `join`, `chat`, `order` … */
    post(lesson: BuiltLesson, headers: Headers, what: string, payload: object = {}) {
      const url = `/api/rooms/${lesson.schoolDay}/${lesson.lessonId}/${what}`;
      return app.inject({ method: 'POST', url, headers, payload });
    },
    /** The talk as this person's page gets it. @param from - number of the first row. */
    async talk(logId: string, headers: Headers, from = 1): Promise<TalkRow[]> {
      const url = `/api/logs/${logId}/feed?voice=0&events=1&talk=${from}&pages=1&hold=0&max=300000`;
      const read = await app.inject({ method: 'GET', url, headers });
      return decodeFeed(read.rawPayload)
        .filter(({ track }) => track === 'talk')
        .map(({ bytes }) => decodeJsonRow<TalkRow>(bytes));
    },
  };
}
