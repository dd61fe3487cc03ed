/** pdf.js's parser as a worker of ours, so that its address is on the page's list. */
import 'pdfjs-dist/legacy/build/pdf.worker.mjs';
