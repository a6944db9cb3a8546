import { html, nothing, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import { ref } from 'lit/directives/ref.js';
import { repeat } from 'lit/directives/repeat.js';

export interface Choice {
  readonly value: string;
  readonly label: string;
}

interface DropdownElement extends HTMLElement {
  value: string;
}

/** A drop-down list with a visible label. */
export function dropdown(
  label: string,
  choices: readonly Choice[],
  value: string,
  onChange: (value: string) => void,
  hideLabel = false,
): TemplateResult {
  return html`<span class="field">
    ${hideLabel ? nothing : html`<span class="label" aria-hidden="true">${label}</span>`}
    <vscode-dropdown
      aria-label=${label}
      @change=${(event: Event) => onChange((event.target as DropdownElement).value)}
      ${ref((element) => {
        // The component takes a value only once its options are there.
        if (element)
          queueMicrotask(() => {
            const list = element as DropdownElement;
            if (list.value !== value) list.value = value;
          });
      })}
    >
      ${repeat(
        choices,
        (choice) => choice.value,
        (choice) =>
          html`<vscode-option
            value=${choice.value}
            title=${choice.label.length > 18 ? choice.label : nothing}
            ?selected=${choice.value === value}
            >${choice.label}</vscode-option
          >`,
      )}
    </vscode-dropdown>
  </span>`;
}

/**
 * A text field that is named by `label` without showing it. The component names itself 'Text field' when it enters the
 * page, whatever it was called before, so the name is given once more after that.
 */
export function textField(
  label: string,
  value: string,
  options: {
    readonly placeholder?: string;
    readonly title?: string;
    /** While typing. */
    readonly onInput?: (value: string) => void;
    /** When it is left or confirmed. */
    readonly onChange?: (value: string) => void;
  },
): TemplateResult {
  const typed = (event: Event) => (event.target as HTMLInputElement).value;
  return html`<vscode-text-field
    placeholder=${options.placeholder ?? nothing}
    title=${options.title ?? nothing}
    .value=${live(value)}
    @input=${(event: Event) => options.onInput?.(typed(event))}
    @change=${(event: Event) => options.onChange?.(typed(event))}
    ${ref((element) => {
      if (element) queueMicrotask(() => element.setAttribute('aria-label', label));
    })}
  ></vscode-text-field>`;
}

export function checkbox(
  label: string,
  checked: boolean,
  onChange: (checked: boolean) => void,
): TemplateResult {
  return html`<vscode-checkbox
    .checked=${checked}
    @change=${(event: Event) => {
      const now = (event.target as HTMLInputElement).checked;
      if (now !== checked) onChange(now);
    }}
    >${label}</vscode-checkbox
  >`;
}

export function button(
  label: string,
  onClick: () => void,
  options: { readonly primary?: boolean; readonly disabled?: boolean; readonly title?: string } = {},
): TemplateResult {
  return html`<vscode-button
    appearance=${options.primary ? 'primary' : 'secondary'}
    ?disabled=${options.disabled ?? false}
    title=${options.title ?? nothing}
    @click=${onClick}
    >${label}</vscode-button
  >`;
}

/** A button that looks like text, for lists and heads. */
export function quietButton(label: string, onClick: () => void, description?: string): TemplateResult {
  return html`<button type="button" class="quiet" aria-label=${description ?? nothing} title=${description ?? nothing} @click=${onClick}>
    ${label}
  </button>`;
}
