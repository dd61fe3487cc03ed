import { useQuery, type UseQueryResult } from '@tanstack/react-query';
import { api } from '../api.ts';

export type Me = Awaited<ReturnType<typeof askMe>>;

function askMe() {
  return api.get('/api/me');
}

/** Who is signed in, under which appointment, and what it may do. */
export function useMe(): UseQueryResult<Me> {
  return useQuery({ queryKey: ['me'], queryFn: askMe, staleTime: 5 * 60_000 });
}

/** The appointment in the address, `/console/<id>/…`. */
export function addressAppointment(pathname: string): string {
  return /^\/console\/([^/]+)/.exec(pathname)?.[1] ?? '';
}
