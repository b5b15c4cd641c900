import { type More, makeEvent, type Thing, thing } from './make-event.ts';

type WorkflowEvent = ReturnType<typeof makeEvent>;

export function workflowStarted(workflow: Thing, executionId: string, more?: More): WorkflowEvent {
  return ofRun('workflow.started', 'in_progress', workflow, executionId, more);
}

export function workflowCompleted(workflow: Thing, executionId: string, more?: More): WorkflowEvent {
  return ofRun('workflow.completed', 'success', workflow, executionId, more);
}

export function workflowFailed(
  workflow: Thing,
  executionId: string,
  error: unknown,
  more?: More,
): WorkflowEvent {
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return ofRun('workflow.failed', 'failure', workflow, executionId, {
    ...more,
    action: { ...more?.action, error: text.slice(0, 4_000) },
  });
}

/** One step of a run. */
export function stepExecuted(
  workflow: Thing,
  step: { readonly executionId: string; readonly node: string; readonly step?: number },
  more?: More,
): WorkflowEvent {
  const { executionId = '', node = '', step: number } = (step as Partial<typeof step> | undefined) ?? {};
  const ai = { ...more?.ai, node, ...(number === undefined ? {} : { step: number }) };
  return ofRun('workflow.node.executed', 'success', workflow, executionId, { ...more, ai });
}

function ofRun(
  type: 'workflow.started' | 'workflow.completed' | 'workflow.failed' | 'workflow.node.executed',
  status: 'in_progress' | 'success' | 'failure',
  workflow: Thing,
  ...[executionId, more]: readonly [executionId: string, more: More | undefined]
): WorkflowEvent {
  const ai = { ...more?.ai, execution_id: executionId };
  return makeEvent(type, { verb: 'execute', status, target: thing('workflow', workflow) }, { ...more, ai });
}
