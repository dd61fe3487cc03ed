/** Data that the server put into the page, so that it need not be asked for; undefined when it put none. */
export function firstData(): unknown {
  const block = document.querySelector('#first-data');
  return block?.textContent ? (JSON.parse(block.textContent) as unknown) : undefined;
}
