/** Path of the machine's Chromium (CHROMIUM_PATH wins), or `null`. */
export function findChromium(env?: Record<string, string | undefined>): string | null;
export function installChromium(say: (zh: string, en: string) => void): Promise<{ reason: string | null }>;
