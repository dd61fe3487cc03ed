import { type PageImage, PageProblem, encodePage, pageLongSide, paper } from './page-image.ts';

/** Most bytes of a photo we try to open: a telephone's largest are about 30 MB. */
const mostBytes = 60_000_000;

/**
 * A photo or picture as a page, upright and small; what a camera wrote beside the picture (place, time) is gone.
 *
 * @throws {PageProblem} `picture-unreadable` when the browser cannot open it, `too-large` over 60 MB.
 */
export async function pictureAsPage(file: File): Promise<PageImage> {
  if (file.size > mostBytes) throw new PageProblem('too-large', file.name);
  let image: ImageBitmap;
  try {
    image = await createImageBitmap(file, { imageOrientation: 'from-image' });
  } catch (cause) {
    throw new PageProblem('picture-unreadable', file.name, cause);
  }
  const scale = Math.min(1, pageLongSide / Math.max(image.width, image.height));
  const { canvas, context } = paper(Math.max(1, image.width * scale), Math.max(1, image.height * scale));
  context.imageSmoothingQuality = 'high';
  context.drawImage(image, 0, 0, canvas.width, canvas.height);
  image.close();
  return encodePage(canvas, '');
}
