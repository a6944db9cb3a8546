// A pad to draw on, or to show a picture that was chosen; what is on it is asked at once.
import { RawImage } from 'transformers';

/** As wide as the strokes of handwritten digits are, of the pad. */
const stroke = 0.075;
/** Of the side that a student sees, what a drawing fills: MNIST has its digits 20 pixels large in 28. */
const filled = 20 / 28;

/**
 * @param page finds an element by its id
 * @param preprocessor the student's preprocessor_config.json: the size of its pictures, a mean for each channel
 * @param ask called with a picture as large as the student sees it
 */
export async function askByDrawing(page, { size, image_mean }, ask) {
  const grey = image_mean.length === 1;
  const pad = page('pad');
  const small = page('small');
  const ink = pad.getContext('2d', { willReadFrequently: true });
  const seen = Object.assign(small, size).getContext('2d', { willReadFrequently: true });
  page('picture').hidden = false;
  page('seen').hidden = false;

  const show = () => {
    const { data } = seen.getImageData(0, 0, size.width, size.height);
    const picture = new RawImage(data, size.width, size.height, 4);
    return ask(grey ? picture.grayscale() : picture.rgb());
  };

  const clear = () => {
    ink.fillStyle = '#000';
    ink.fillRect(0, 0, pad.width, pad.height);
    seen.fillStyle = '#000';
    seen.fillRect(0, 0, size.width, size.height);
    page('verdict').textContent = grey ? 'Draw a digit.' : 'Draw, or choose a picture.';
    page('classes').replaceChildren();
    page('took').textContent = '';
  };

  /** Brings a drawing to the place and size that pictures of MNIST have: its centre of mass in the middle. */
  const settle = () => {
    const { data } = ink.getImageData(0, 0, pad.width, pad.height);
    let [left, top, right, bottom, mass, x, y] = [pad.width, pad.height, 0, 0, 0, 0, 0];
    for (let at = 0; at < data.length; at += 4) {
      if (data[at] === 0) continue;
      const [column, row] = [(at / 4) % pad.width, Math.floor(at / 4 / pad.width)];
      left = Math.min(left, column);
      right = Math.max(right, column + 1);
      top = Math.min(top, row);
      bottom = Math.max(bottom, row + 1);
      mass += data[at];
      x += data[at] * (column + 0.5);
      y += data[at] * (row + 0.5);
    }
    if (mass === 0) return false;
    const scale = (filled * Math.min(size.width, size.height)) / Math.max(right - left, bottom - top);
    seen.fillStyle = '#000';
    seen.fillRect(0, 0, size.width, size.height);
    seen.imageSmoothingQuality = 'high';
    seen.setTransform(
      scale,
      0,
      0,
      scale,
      size.width / 2 - (scale * x) / mass,
      size.height / 2 - (scale * y) / mass,
    );
    seen.drawImage(pad, 0, 0);
    seen.resetTransform();
    return true;
  };

  const place = ({ clientX, clientY }) => {
    const { left, top, width } = pad.getBoundingClientRect();
    const scale = pad.width / width;
    return [(clientX - left) * scale, (clientY - top) * scale];
  };
  let from;
  pad.addEventListener('pointerdown', (event) => {
    pad.setPointerCapture(event.pointerId);
    from = place(event);
  });
  pad.addEventListener('pointermove', (event) => {
    if (!from) return;
    const to = place(event);
    Object.assign(ink, { strokeStyle: '#fff', lineCap: 'round', lineWidth: stroke * pad.width });
    ink.beginPath();
    ink.moveTo(...from);
    ink.lineTo(...to);
    ink.stroke();
    from = to;
  });
  const lift = () => {
    if (!from) return;
    from = undefined;
    if (settle()) show();
  };
  pad.addEventListener('pointerup', lift);
  pad.addEventListener('pointercancel', lift);
  page('clear').addEventListener('click', clear);
  page('file').addEventListener('change', async ({ target }) => {
    const [file] = target.files;
    if (!file) return;
    target.value = '';
    try {
      const picture = await createImageBitmap(file);
      clear();
      ink.drawImage(picture, 0, 0, pad.width, pad.height);
      seen.drawImage(picture, 0, 0, size.width, size.height);
    } catch {
      page('verdict').textContent = 'This is no picture that the browser can show.';
      return;
    }
    await show();
  });
  clear();
}
