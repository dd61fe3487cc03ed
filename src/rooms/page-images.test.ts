import sharp from 'sharp';
import { expect, test } from 'vitest';
import { makePageImages } from './page-images.ts';
import { PAGE_LARGE_BYTES, PAGE_SMALL_BYTES } from './wire.ts';

const noise = async (width: number, height: number) =>
  sharp({
    create: {
      width,
      height,
      channels: 3,
      background: '#fff',
      noise: { type: 'gaussian', mean: 128, sigma: 60 },
    },
  });

test('even a page of pure noise keeps to both sizes', async () => {
  const page = await makePageImages(await (await noise(1800, 1200)).png().toBuffer());
  expect(page.large.length).toBeLessThanOrEqual(PAGE_LARGE_BYTES);
  expect(page.small.length).toBeLessThanOrEqual(PAGE_SMALL_BYTES);
});

test('place and camera of a photograph are gone', async () => {
  const photograph = await (
    await noise(400, 300)
  )
    .withExif({ IFD0: { Make: 'secret-camera' }, IFD3: { GPSLatitude: '39/1 54/1 0/1' } })
    .jpeg()
    .toBuffer();
  expect((await sharp(photograph).metadata()).exif).toBeDefined();
  const page = await makePageImages(photograph);
  expect((await sharp(page.large).metadata()).exif).toBeUndefined();
  expect(page.large.includes('secret-camera')).toBe(false);
});

test('a photograph taken sideways stands upright', async () => {
  const sideways = await (await noise(400, 300)).withMetadata({ orientation: 6 }).jpeg().toBuffer();
  expect(await makePageImages(sideways)).toMatchObject({ width: 300, height: 400 });
});

test.each([
  ['text', Buffer.from('not a picture at all')],
  ['an empty upload', Buffer.alloc(0)],
  ['a picture broken off', null],
])('%s is refused as a page', async (_name, bytes) => {
  const upload = bytes ?? (await (await noise(600, 600)).png().toBuffer()).subarray(0, 2000);
  await expect(makePageImages(upload)).rejects.toMatchObject({ status: 422, code: 'page_not_image' });
});

test('a picture with more pixels than any page needs is refused before it is unpacked', async () => {
  const bomb = await sharp({ create: { width: 9000, height: 9000, channels: 3, background: '#fff' } })
    .png({ compressionLevel: 9 })
    .toBuffer();
  await expect(makePageImages(bomb)).rejects.toMatchObject({ code: 'page_not_image' });
});
