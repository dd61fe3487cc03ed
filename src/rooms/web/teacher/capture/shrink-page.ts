import type { KeptPage } from './segment-store.ts';

/** Tried from good to poor until the picture fits. */
const renditions = [
  { width: 1280, quality: 0.6 },
  { width: 1024, quality: 0.5 },
  { width: 800, quality: 0.4 },
  { width: 640, quality: 0.3 },
] as const;

/** The same page in at most `maxBytes`, or as small as it stays readable. */
export async function shrinkPage(page: KeptPage, maxBytes: number): Promise<KeptPage> {
  const image = await createImageBitmap(new Blob([page.bytes], { type: page.type }));
  let smallest = page;
  for (const { width, quality } of renditions) {
    const scale = Math.min(1, width / image.width);
    const canvas = new OffscreenCanvas(Math.round(image.width * scale), Math.round(image.height * scale));
    const context = canvas.getContext('2d');
    if (!context) break;
    context.drawImage(image, 0, 0, canvas.width, canvas.height);
    const blob = await canvas.convertToBlob({ type: 'image/jpeg', quality });
    smallest = { ...page, type: 'image/jpeg', bytes: new Uint8Array(await blob.arrayBuffer()) };
    if (blob.size <= maxBytes) break;
  }
  image.close();
  return smallest;
}
