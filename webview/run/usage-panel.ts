import { html, nothing, svg, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { formatBytes, formatNumber, formatPercent } from '../../src/compare/formatting.ts';
import type { Host } from '../host/host.ts';
import { userText } from '../parts/marks.ts';
import { Part } from '../parts/part.ts';
import type { MachineUsage, Usage } from '../protocol/detail.ts';
import type { Figure } from '../protocol/schema.ts';

const pauseMs = 2000;
/** Looks that are kept: two minutes. */
const kept = 60;

/** What the machine does while a run is at work on it; it asks for as long as it is seen. */
@customElement('distillery-usage')
export class UsagePanel extends Part {
  @property({ attribute: false }) host!: Host;
  @property({ attribute: false }) run = '';
  @state() private looks: readonly MachineUsage[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;
  #run = '';

  protected override willUpdate(): void {
    if (this.run === this.#run) return;
    this.#run = this.run;
    this.looks = [];
    void this.#look();
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#run = '';
    this.requestUpdate();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.#timer);
  }

  async #look(): Promise<void> {
    clearTimeout(this.#timer);
    const { run } = this;
    // Nobody sees a hidden page; it asks again when it is back.
    const usage = document.hidden ? null : await this.host.request('usage', { run }).catch(() => null);
    if (!this.isConnected || this.run !== run) return;
    if (usage) this.looks = [...this.looks, usage].slice(-kept);
    this.#timer = setTimeout(() => void this.#look(), pauseMs);
  }

  protected override render(): TemplateResult | typeof nothing {
    const now = this.looks.at(-1);
    if (!now) return nothing;
    const { processor, gpus, worker } = now;
    return html`<section aria-labelledby="usage">
      <h2 id="usage">Device use</h2>
      <div class="cards usage">
        ${card(
          'Processor',
          processor,
          this.looks.map((look) => look.processor.load),
          [worker.cores === null ? null : `${formatNumber(worker.cores, 2)} cores by this run`],
        )}
        ${memory(
          'Memory',
          { ...processor, name: '' },
          this.looks.map((look) => shareOf(look.processor)),
          [worker.memory === null ? null : `${formatBytes(worker.memory)} by this run`],
        )}
        ${gpus.map((gpu, index) => {
          const history = this.looks.flatMap((look) => look.gpus[index] ?? []);
          const watts = gpu.power === null ? null : `${formatNumber(gpu.power)} W`;
          return html`${
            gpu.load === null
              ? nothing
              : card(
                  'GPU',
                  gpu,
                  history.map(({ load }) => load),
                  [watts],
                )
          }
          ${memory('GPU memory', gpu, history.map(shareOf), gpu.load === null ? [watts] : [])}`;
        })}
      </div>
    </section>`;
  }
}

const shareOf = ({ memoryUsed, memoryTotal }: Usage): Figure =>
  memoryUsed === null || memoryTotal === null || memoryTotal <= 0 ? null : memoryUsed / memoryTotal;

function card(
  label: string,
  { name, load }: Usage,
  history: readonly Figure[],
  more: readonly (string | null)[],
): TemplateResult | typeof nothing {
  return load === null ? nothing : tile(label, name, formatPercent(load, 0), history, more);
}

function memory(
  label: string,
  usage: Usage,
  history: readonly Figure[],
  more: readonly (string | null)[],
): TemplateResult | typeof nothing {
  if (usage.memoryUsed === null) return nothing;
  const total = usage.memoryTotal === null ? null : `of ${formatBytes(usage.memoryTotal)}`;
  return tile(label, usage.name, formatBytes(usage.memoryUsed), history, [total, ...more]);
}

function tile(
  label: string,
  name: string,
  value: string,
  history: readonly Figure[],
  more: readonly (string | null)[],
): TemplateResult {
  return html`<div class="card" title=${name}>
    <p class="soft">${label} <span class="small">${userText(name)}</span></p>
    <p class="usage-value"><b>${value}</b> <span class="soft">${more.filter((one) => one !== null).join(' · ')}</span></p>
    ${trace(history)}
  </div>`;
}

/** The last two minutes, 0 at the bottom and 1 at the top; the newest to the right. */
function trace(history: readonly Figure[]): TemplateResult {
  const start = kept - history.length;
  const points = history.flatMap((value, index) =>
    value === null ? [] : [`${start + index},${(1 - Math.min(1, Math.max(0, value))) * 20}`],
  );
  return html`<svg class="trace" viewBox="0 -1 ${kept - 1} 22" preserveAspectRatio="none" aria-hidden="true">
    ${svg`<polyline points=${points.join(' ')} />`}
  </svg>`;
}

declare global {
  interface HTMLElementTagNameMap {
    'distillery-usage': UsagePanel;
  }
}
