import { z } from 'zod';
import { experimentSchema } from './schema.ts';

/** The part of JSON Schema that experiment files need. */
export interface SchemaNode {
  readonly type?: string;
  readonly description?: string;
  readonly markdownDescription?: string;
  readonly enumDescriptions?: readonly string[];
  readonly markdownEnumDescriptions?: readonly string[];
  readonly default?: unknown;
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly required?: readonly string[];
  /** Of a section whose keys are free: what each holds. */
  readonly additionalProperties?: boolean | SchemaNode;
  readonly items?: SchemaNode;
  readonly oneOf?: readonly SchemaNode[];
  readonly anyOf?: readonly SchemaNode[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  /** The loss of a strategy, written out. */
  readonly formula?: string;
  /** What the value counts or measures. */
  readonly unit?: string;
}

/**
 * JSON Schema of what a user may write: options with a default are optional. VS Code reads it through
 * `jsonValidation` for completion and hovers; the messages and the hyperparameter list read it too.
 */
export function experimentJsonSchema(): SchemaNode & { readonly $schema: string; readonly title: string } {
  const schema = z.toJSONSchema(experimentSchema, {
    io: 'input',
    // The newest draft that VS Code's JSON language service supports in full.
    target: 'draft-7',
    override: ({ jsonSchema }) => {
      // zod bounds whole numbers by what a double holds exactly; nobody needs to read that.
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
      if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
      const { description, formula } = jsonSchema;
      if (typeof description === 'string' && typeof formula === 'string') {
        jsonSchema.description = `${description} Loss: ${formula}.`;
        jsonSchema.markdownDescription = `${escapeMarkdown(description)}\n\n\`${formula}\``;
      }
    },
  });
  return {
    ...schema,
    title: 'Distillery experiment',
    // In VS Code: comments and trailing commas are not to be complained about.
    ...{ allowComments: true, allowTrailingCommas: true },
  } as unknown as SchemaNode & { $schema: string; title: string };
}

let tree: SchemaNode | undefined;

/** The schema as a tree to walk; built once. */
export function schemaRoot(): SchemaNode {
  tree ??= experimentJsonSchema();
  return tree;
}

/** The loss of a strategy, written out; undefined for one that does not exist. */
export function strategyFormula(kind: string): string | undefined {
  const variants = schemaRoot().properties?.strategy?.oneOf ?? [];
  return variants.find((variant) => variant.properties?.kind?.const === kind)?.formula;
}

function escapeMarkdown(text: string): string {
  return text.replace(/[\\`*_{}[\]<>#|]/g, '\\$&');
}
