/** Bytes this page really took from the network, scripts and pictures included. */
export interface DataMeter {
  readonly bytes: number;
  destroy(): void;
}

/** What a request costs beyond its body, for browsers that do not say. */
const headBytes = 500;

/**
 * Counts what the browser says came over the wire; what was in its cache costs nothing.
 *
 * @param onChange - called after the count grew, at most a few times a second.
 */
export function createDataMeter(onChange: (bytes: number) => void): DataMeter {
  let bytes = 0;
  const count = (entries: readonly PerformanceEntry[]): void => {
    for (const entry of entries) {
      const { transferSize, encodedBodySize } = entry as PerformanceResourceTiming;
      // Safari before 16.4 gives no sizes at all: there only the number of requests is known.
      bytes += typeof transferSize === 'number' ? transferSize : (encodedBodySize || 0) + headBytes;
    }
    onChange(bytes);
  };
  if (typeof PerformanceObserver !== 'function') return { bytes, destroy() {} };
  const observer = new PerformanceObserver((list) => count(list.getEntries()));
  count(performance.getEntriesByType('navigation'));
  count(performance.getEntriesByType('resource'));
  observer.observe({ entryTypes: ['resource'] });
  return {
    get bytes() {
      return bytes;
    },
    destroy: () => observer.disconnect(),
  };
}
