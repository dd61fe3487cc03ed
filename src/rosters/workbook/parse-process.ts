import { answerApart } from './apart.ts';
import { parse, type ParseRequest } from './parse.ts';

await answerApart<Omit<ParseRequest, 'bytes'>>((request, bytes) => parse({ ...request, bytes }));
