import { type CommandDescription, type CommandId, commands, palette } from './commands.ts';
import { droppedRuns } from './custom-editors.ts';
import { keybindings } from './keybindings.ts';
import { type SettingDescription, settings } from './settings.ts';
import { container, menus, views, welcomes } from './views.ts';
import { pictureThemes, walkthrough, walkthroughPicture, walkthroughSteps } from './walkthrough.ts';

type AnySetting = SettingDescription<string | number | boolean | readonly string[]>;

interface GeneratedManifest {
  /** The `contributes` of package.json; what people read stands in it as %key%. */
  readonly contributes: Record<string, unknown>;
  /** package.nls.json: the English text of each key. */
  readonly texts: Record<string, string>;
}

/** Turns the tables of this folder into what VS Code reads. */
export function generateManifest(): GeneratedManifest {
  const texts: Record<string, string> = {};
  const text = (key: string, english: string) => {
    texts[key] = english;
    return `%${key}%`;
  };

  text('distillery.untrusted', 'Experiments and runs can be read; nothing runs until the folder is trusted.');
  text('distillery.virtual', 'Training needs files on a disk; open the folder where they are.');

  const contributes = {
    commands: Object.entries<CommandDescription>(commands).map(([command, { title, icon, enablement }]) => ({
      command,
      title: text(`${command}.title`, title),
      category: text('distillery.category', 'Distillery'),
      ...(icon && { icon: `$(${icon})` }),
      ...(enablement && { enablement }),
    })),
    menus: {
      ...menus,
      commandPalette: Object.entries<CommandDescription>(commands).flatMap(([command, description]) => {
        const when = palette[command as CommandId] ?? description.palette;
        return when ? [{ command, when }] : [];
      }),
    },
    keybindings: [...keybindings],
    viewsContainers: {
      activitybar: [
        { id: container.id, title: text('distillery.container', container.title), icon: container.icon },
      ],
    },
    views: {
      [container.id]: Object.entries(views).map(([id, { name, icon, size, folded }]) => ({
        id,
        name: text(`${id}.name`, name),
        icon,
        initialSize: size,
        ...(folded && { visibility: 'collapsed' }),
      })),
    },
    viewsWelcome: welcomes.map(({ view, when, contents }, index) => ({
      view,
      when,
      contents: text(`${view}.welcome.${index}`, contents),
    })),
    walkthroughs: [
      {
        id: walkthrough.id,
        title: text(`${walkthrough.id}.title`, walkthrough.title),
        description: text(`${walkthrough.id}.description`, walkthrough.description),
        steps: walkthroughSteps.map(({ id, title, description, shows, done }) => ({
          id,
          title: text(`${walkthrough.id}.${id}.title`, title),
          description: text(`${walkthrough.id}.${id}.description`, description),
          media: {
            image: Object.fromEntries(pictureThemes.map((theme) => [theme, walkthroughPicture(id, theme)])),
            altText: text(`${walkthrough.id}.${id}.picture`, shows),
          },
          completionEvents: done.map((command) => `onCommand:${command}`),
        })),
      },
    ],
    configuration: {
      title: text('distillery.category', 'Distillery'),
      properties: Object.fromEntries(
        Object.entries<AnySetting>(settings as unknown as Record<string, AnySetting>).map(([id, setting]) => [
          id,
          {
            type: setting.type,
            default: setting.default,
            scope: setting.scope,
            markdownDescription: text(`${id}.description`, setting.description),
            ...(setting.minimum !== undefined && { minimum: setting.minimum }),
            ...(setting.maximum !== undefined && { maximum: setting.maximum }),
            ...(setting.choices && {
              enum: setting.choices.map(({ value }) => value),
              markdownEnumDescriptions: setting.choices.map(({ value, description }) =>
                text(`${id}.${value}`, description),
              ),
            }),
            ...(setting.items && {
              items: {
                type: 'string',
                enum: setting.items.map(({ value }) => value),
                markdownEnumDescriptions: setting.items.map(({ value, description }) =>
                  text(`${id}.${value}`, description),
                ),
              },
              uniqueItems: true,
              minItems: 1,
            }),
          },
        ]),
      ),
    },
    customEditors: [
      {
        viewType: droppedRuns.viewType,
        displayName: text(`${droppedRuns.viewType}.name`, droppedRuns.name),
        selector: [{ filenamePattern: droppedRuns.fileName }],
        priority: 'default',
      },
    ],
    languages: [{ id: 'jsonc', filenamePatterns: ['*.distill.json'] }],
    jsonValidation: [{ fileMatch: '*.distill.json', url: './dist/experiment.editor.schema.json' }],
  };
  return { contributes, texts };
}
