import {
  EventEmitter,
  l10n,
  ThemeColor,
  ThemeIcon,
  type TreeDataProvider,
  TreeItem,
  TreeItemCollapsibleState,
  type TreeView,
} from 'vscode';
import { formatBytes } from '../../src/compare/formatting.ts';
import { Disposables } from '../disposables.ts';
import type { Log } from '../status/log.ts';
import type { DeviceReport, DeviceReports } from '../workspace/device-reports.ts';
import { type DeviceUsage, readUsage } from '../workspace/device-usage.ts';

type DeviceNode =
  | { readonly device: DeviceReport }
  | { readonly label: string; readonly text: string; readonly warn?: boolean };

const usageMs = 2000;

/** Devices with what they are doing; use is read only while the view is open and something trains. */
export class DeviceTree extends Disposables implements TreeDataProvider<DeviceNode> {
  readonly #changed = this.add(new EventEmitter<DeviceNode | undefined>());
  readonly onDidChangeTreeData = this.#changed.event;
  readonly #reports: DeviceReports;
  readonly #log: Log;
  #usage: DeviceUsage | undefined;
  #view: TreeView<DeviceNode> | undefined;
  #training = false;
  #measuring = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(reports: DeviceReports, log: Log) {
    super();
    this.#reports = reports;
    this.#log = log;
    this.add(reports.onDidChange(() => this.#changed.fire(undefined)));
    this.add({ dispose: () => clearTimeout(this.#timer) });
  }

  attach(view: TreeView<DeviceNode>): void {
    this.#view = view;
    this.add(view.onDidChangeVisibility(() => this.#follow()));
  }

  /** Tells whether anything trains. */
  setTraining(training: boolean): void {
    if (training === this.#training) return;
    this.#training = training;
    if (!training) {
      this.#usage = undefined;
      this.#changed.fire(undefined);
    }
    this.#follow();
  }

  #follow(): void {
    clearTimeout(this.#timer);
    if (!this.#training || !this.#view?.visible || this.#measuring || this.disposed) return;
    this.#timer = setTimeout(() => void this.#measure(), this.#usage ? usageMs : 0);
  }

  async #measure(): Promise<void> {
    this.#measuring = true;
    try {
      this.#usage = await readUsage();
      this.#changed.fire(undefined);
    } catch (error) {
      this.#log.error('reading device use', error);
    }
    this.#measuring = false;
    this.#follow();
  }

  async getChildren(node?: DeviceNode): Promise<DeviceNode[]> {
    if (!node)
      return [...(await this.#reports.list())]
        .sort((one, other) => Number(other.available) - Number(one.available))
        .map((device) => ({ device }));
    if (!('device' in node)) return [];
    const { device } = node;
    const rows: DeviceNode[] = [{ label: l10n.t('State'), text: device.detail }];
    if (device.remedy) rows.push({ label: l10n.t('Remedy'), text: device.remedy, warn: true });
    for (const { name, load, memoryUsed, memoryTotal } of this.#usageOf(device)) {
      if (load !== undefined) rows.push({ label: l10n.t('Load'), text: `${Math.round(load)} % · ${name}` });
      if (memoryUsed !== undefined && memoryTotal !== undefined)
        rows.push({
          label: l10n.t('Memory'),
          text: `${formatBytes(memoryUsed)} / ${formatBytes(memoryTotal)}`,
        });
    }
    return rows;
  }

  #usageOf({ kind }: DeviceReport): readonly DeviceUsage['processor'][] {
    if (!this.#usage) return [];
    return kind === 'cpu' ? [this.#usage.processor] : this.#usage.gpus;
  }

  getTreeItem(node: DeviceNode): TreeItem {
    if (!('device' in node)) {
      const item = new TreeItem(node.label);
      item.description = node.text;
      item.accessibilityInformation = { label: `${node.label}, ${node.text}` };
      item.tooltip = node.text;
      item.iconPath = new ThemeIcon(node.warn ? 'lightbulb' : 'info');
      return item;
    }
    const { device } = node;
    const item = new TreeItem(
      device.name,
      device.available ? TreeItemCollapsibleState.Expanded : TreeItemCollapsibleState.Collapsed,
    );
    item.id = device.kind;
    item.iconPath = device.available
      ? new ThemeIcon('pass', new ThemeColor('testing.iconPassed'))
      : new ThemeIcon('circle-slash', new ThemeColor('disabledForeground'));
    const [usage] = this.#usageOf(device);
    item.description = [
      device.kind,
      !device.available && l10n.t('not available'),
      usage?.load !== undefined && `${Math.round(usage.load)} %`,
    ]
      .filter(Boolean)
      .join(' · ');
    item.tooltip = [device.detail, device.remedy].filter(Boolean).join('\n');
    return item;
  }
}
