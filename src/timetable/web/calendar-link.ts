/** The same address under the scheme that opens the calendar program of a phone or computer. */
export function calendarLink(address: string): string {
  return address.replace(/^https?:/, 'webcal:');
}
