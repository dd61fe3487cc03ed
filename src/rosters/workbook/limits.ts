/** Most that one uploaded workbook may cost; a real school's roster stays far below each of them. */
export interface WorkbookLimits {
  /** Bytes of the uploaded file. */
  readonly fileBytes: number;
  /** Bytes of all parts of a zipped workbook after inflating, as its directory declares them. */
  readonly inflatedBytes: number;
  /** Parts in a zipped workbook. */
  readonly entries: number;
  /** Largest ratio inflated : packed of one part above `ratioFromBytes`. */
  readonly ratio: number;
  readonly ratioFromBytes: number;
  readonly sheets: number;
  /** Cells with text over all sheets, merged ranges filled. */
  readonly cells: number;
  /** Characters over all cells. */
  readonly characters: number;
  readonly rowsPerSheet: number;
  readonly columns: number;
  readonly timeMs: number;
  /** Heap of the parser process. */
  readonly heapMegabytes: number;
}

/**
 * Sized for 200,000 rows of a county: 58,162 × 8 cells inflate to about 25 MB and need about 250 MB of heap.
 */
export const WORKBOOK_LIMITS: WorkbookLimits = {
  fileBytes: 30 * 1024 * 1024,
  inflatedBytes: 160 * 1024 * 1024,
  entries: 2_000,
  ratio: 300,
  ratioFromBytes: 8 * 1024 * 1024,
  sheets: 300,
  cells: 2_000_000,
  characters: 40_000_000,
  rowsPerSheet: 200_000,
  columns: 1_000,
  timeMs: 60_000,
  heapMegabytes: 640,
};
