// stowage lint: what is wrong with the manifests, as the API server and the rules see it.
import type { LintResult } from '../lint/finding.js';
import { runRules, sortFindings } from '../lint/runRules.js';
import { createWorld } from '../lint/world.js';
import { judge } from '../plan/judge.js';
import { readingFindings, verdictFindings } from '../plan/lintVerdicts.js';
import { lintJson } from '../report/lintJson.js';
import { lintText } from '../report/lintText.js';
import type { Rule } from '../lint/rule.js';
import type { Arguments } from './flags.js';
import { loadCluster, loadInput, skippedObject } from './input.js';
import { loadRules } from './loadRules.js';
import type { CommandResult, LintSettings, Process } from './command.js';
import { kubernetesVersionOf } from './input.js';
import { UsageError } from './usageError.js';

/** Runs the command. */
export async function lint(args: Arguments, process: Process, settings: LintSettings): Promise<CommandResult> {
  const loaded = await loadInput(args.paths, args, process);
  const cluster = await loadCluster(args, process);
  const skipped = [...loaded.skipped, ...cluster.skipped];
  const kubernetesVersion = kubernetesVersionOf(args);
  const verdicts = judge(
    {
      objects: loaded.objects, cluster: cluster.objects, namespace: args.flags.namespace ?? 'default', kubernetesVersion, suppliesNamespaces: true,
      notTakenOver: (each, message) => void skipped.push(skippedObject(each, message)),
    },
    verdictFindings,
  );
  const world = createWorld(loaded.objects, { cluster: cluster.objects, generated: loaded.generated });
  const findings = sortFindings([...readingFindings(loaded.problems), ...verdicts.flat(), ...runRules(chosenRules(settings), world)]);
  const count = (severity: string): number => findings.filter((finding) => finding.severity === severity).length;
  const result: LintResult = {
    summary: {
      files: loaded.files.length, documents: loaded.documents, objects: loaded.objects.length, skipped: skipped.length,
      errors: count('error'), warnings: count('warning'), infos: count('info'), suppressed: 0,
    },
    findings,
    skipped,
  };
  const texts = new Map(loaded.files.map(({ path, text }) => [path, text]));
  return {
    exitStatus: result.summary.errors > 0 ? 1 : 0,
    render(format, { color }) {
      if (format === 'text') return lintText(result, { color, sourceOf: (file) => texts.get(file) });
      if (format === 'json') return lintJson(result);
      throw new UsageError(`lint has no format ${JSON.stringify(format)}; it has text and json`);
    },
  };
}

/** Families whose rules say what cannot work. */
const CORRECTNESS: readonly string[] = ['references', 'selectors'];

function chosenRules({ profile = 'recommended', rules: severities = {} }: LintSettings): Rule[] {
  const rules = loadRules();
  const unknown = Object.keys(severities).find((id) => !rules.some((rule) => rule.id === id));
  if (unknown !== undefined) throw new UsageError(`the configuration names a rule ${JSON.stringify(unknown)} that there is not; stowage rules lists them`);
  return rules
    .filter(({ family }) => profile === 'recommended' || CORRECTNESS.includes(family))
    .map((rule) => ({ ...rule, severity: severities[rule.id] === false ? 'off' : (severities[rule.id] || rule.severity) }));
}
