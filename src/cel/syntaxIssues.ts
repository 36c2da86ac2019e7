// What is wrong with text that is no CEL, in the words of the parser generator cel-go uses. Runs only once parsing has failed:
// it walks the grammar as a generated parser does.
// Source: google/cel-go parser/gen/CEL.g4

import type { CelIssue } from './celExpression.js';
import { createRecovery, END, setOf, type Tokens } from './errorRecovery.js';
import type { CelToken } from './lexer.js';

const literals = ['true', 'false', 'null', 'NUM_FLOAT', 'NUM_INT', 'NUM_UINT', 'STRING', 'BYTES'];
const startsPrimary = ['[', '{', '(', '.', '-', ...literals, 'IDENTIFIER'];
const startsExpression = [...startsPrimary, '!'];
const relations = ['==', '!=', 'in', '<', '<=', '>=', '>'];
const products = ['*', '/', '%'];
const sums = ['+', '-'];
const afterExpression = setOf(END);
const startSet = setOf(...startsExpression);

/** How many expressions may stand one within the other. */
export const MAX_DEPTH = 250;
/** Differs: once something else is wrong, fewer are enough, for the rules of that many would not fit on the stack. */
const MAX_DEPTH_AFTER_ERROR = 120;
/** What is said of one more. */
export const DEPTH_ISSUE: CelIssue = { offset: -1, message: `expression recursion limit exceeded: ${MAX_DEPTH}` };

/** The issues of a token list that does not parse, in the order in which they are found. */
export function syntaxIssues(tokens: readonly CelToken[], text: string): CelIssue[] {
  const { issues, la, is, accept, match, sync, syncLoop, noAlternative, rule, abandon, run } = createRecovery(tokens, text);
  let depth = 0;

  const expression = (follow: Tokens): void => {
    if (++depth > MAX_DEPTH_AFTER_ERROR) abandon(DEPTH_ISSUE);
    rule(follow, () => conditional());
    depth--;
  };
  const conditional = (): void => {
    conditionalOr(setOf('?', END));
    sync(setOf('?', END), 'expr');
    if (!is('?')) return;
    match('?', startSet, 'expr?');
    conditionalOr(setOf(':'));
    match(':', startSet, 'expr:');
    expression(afterExpression);
  };
  const conditionalOr = (follow: Tokens): void => rule(follow, () => {
    const local = setOf('||', END);
    conditionalAnd(local);
    for (sync(local, 'or'); is('||'); syncLoop(local)) { match('||', startSet, 'or||'); conditionalAnd(local); }
  });
  const conditionalAnd = (follow: Tokens): void => rule(follow, () => {
    const local = setOf('&&', END);
    relation(local, 0);
    for (sync(local, 'and'); is('&&'); syncLoop(local)) { match('&&', startSet, 'and&&'); relation(local, 0); }
  });
  const relation = (follow: Tokens, precedence: number): void => rule(follow, () => {
    const local = setOf(...relations, END);
    calculation(local, 0);
    for (sync(local, 'relation'); is(...relations) && precedence <= 1; syncLoop(local)) {
      accept();
      relation(local, 2);
    }
  });
  const calculation = (follow: Tokens, precedence: number): void => rule(follow, () => {
    const local = setOf(...products, ...sums, END);
    unary(local);
    for (sync(local, 'calc'); (is(...products) && precedence <= 2) || (is(...sums) && precedence <= 1); syncLoop(local)) {
      const isProduct = is(...products);
      accept();
      calculation(local, isProduct ? 3 : 2);
    }
  });
  const unary = (follow: Tokens): void => rule(follow, () => {
    sync(startSet, 'unary');
    const after = setOf(END);
    if (is('!')) {
      const local = setOf('!', ...startsPrimary);
      do { match('!', local, 'not'); syncLoop(local); } while (is('!'));
      member(after);
    } else if (is('-') && !['NUM_INT', 'NUM_FLOAT'].includes(la(2).type)) {
      if (!startsPrimary.includes(la(2).type)) throw noAlternative(la(), la(2), 'unary');
      do {
        match('-', setOf(...startsPrimary), 'negate');
        if (is('-') && !startsPrimary.includes(la(2).type)) throw noAlternative(la(), la(2), 'negate');
      } while (is('-') && !['NUM_INT', 'NUM_FLOAT'].includes(la(2).type));
      member(after);
    } else member(after);
  });
  const member = (follow: Tokens): void => rule(follow, () => {
    const local = setOf('.', '[', END);
    primary(local);
    for (sync(local, 'member'); is('.', '['); syncLoop(local)) {
      if (is('[')) {
        match('[', setOf('?', ...startsExpression), 'index');
        sync(setOf('?', ...startsExpression), 'index?');
        if (is('?')) match('?', startSet, 'index?');
        expression(setOf(']'));
        match(']', local, 'index]');
        continue;
      }
      const next = la(2).type;
      if (next !== '?' && next !== 'IDENTIFIER' && next !== 'ESC_IDENTIFIER') throw noAlternative(la(), la(2), 'member');
      if (next === 'IDENTIFIER' && la(3).type === '(') {
        match('.', setOf('IDENTIFIER'), 'call.');
        match('IDENTIFIER', setOf('('), 'callName');
        argumentList(local);
        continue;
      }
      match('.', setOf('?', 'IDENTIFIER', 'ESC_IDENTIFIER'), 'select.');
      if (is('?')) match('?', setOf('IDENTIFIER', 'ESC_IDENTIFIER'), 'select?');
      escapedIdentifier(local);
    }
  });
  const argumentList = (next: Tokens): void => {
    match('(', setOf(')', ...startsExpression), 'arguments(');
    sync(setOf(')', ...startsExpression), 'arguments');
    if (is(...startsExpression)) {
      rule(setOf(')'), () => {
        const local = setOf(',', END);
        expression(local);
        for (sync(local, 'exprList'); is(','); syncLoop(local)) { match(',', startSet, 'exprList,'); expression(local); }
      });
    }
    match(')', next, 'arguments)');
  };
  const escapedIdentifier = (follow: Tokens): void => rule(follow, () => {
    const local = setOf('IDENTIFIER', 'ESC_IDENTIFIER');
    sync(local, 'escapeIdent');
    if (!is('IDENTIFIER', 'ESC_IDENTIFIER')) throw noAlternative(la(), la(), 'escapeIdent');
    match(la().type, setOf(END), 'escapeIdent');
  });
  const primary = (follow: Tokens): void => rule(follow, () => {
    sync(setOf(...startsPrimary), 'primary');
    const end = setOf(END);
    switch (la().type) {
      case '(':
        match('(', startSet, 'nested(');
        expression(setOf(')'));
        match(')', end, 'nested)');
        return;
      case '[':
        match('[', setOf('?', ',', ']', ...startsExpression), 'list[');
        sync(setOf('?', ',', ']', ...startsExpression), 'list');
        if (is('?', ...startsExpression)) rule(setOf(',', ']'), () => commaList(() => optionalExpression(setOf(',', END)), 'listInit'));
        sync(setOf(',', ']'), 'list,');
        if (is(',')) match(',', setOf(']'), 'list,');
        match(']', end, 'list]');
        return;
      case '{':
        match('{', setOf('?', ',', '}', ...startsExpression), 'map{');
        sync(setOf('?', ',', '}', ...startsExpression), 'map');
        if (is('?', ...startsExpression)) {
          rule(setOf(',', '}'), () => commaList(() => {
            optionalExpression(setOf(':'));
            match(':', startSet, 'map:');
            expression(setOf(',', END));
          }, 'mapInit'));
        }
        sync(setOf(',', '}'), 'map,');
        if (is(',')) match(',', setOf('}'), 'map,');
        match('}', end, 'map}');
        return;
      case '.':
        if (la(2).type !== 'IDENTIFIER') throw noAlternative(la(), la(2), 'primary');
        named(end);
        return;
      case 'IDENTIFIER': named(end); return;
      default: literal(end);
    }
  });
  /** Items with commas between them; a comma before the closing bracket is left for it. */
  const commaList = (item: () => void, site: string): void => {
    item();
    const local = setOf(',', END);
    for (sync(local, site); is(',') && ['?', ...startsExpression].includes(la(2).type); syncLoop(local)) {
      match(',', setOf('?', ...startsExpression), `${site},`);
      item();
    }
  };
  const optionalExpression = (follow: Tokens): void => rule(follow, () => {
    sync(setOf('?', ...startsExpression), 'optExpr');
    if (is('?')) match('?', startSet, 'optExpr?');
    expression(afterExpression);
  });
  /** An identifier, a call or a message. */
  const named = (end: Tokens): void => {
    const dot = is('.') ? 1 : 0;
    let ahead = 2 + dot;
    while (la(ahead).type === '.' && la(ahead + 1).type === 'IDENTIFIER') ahead += 2;
    const isMessage = la(ahead).type === '{';
    if (dot === 1) match('.', setOf('IDENTIFIER'), 'named.');
    match('IDENTIFIER', setOf('(', '.', '{', END), 'named');
    if (!isMessage) {
      if (is('(')) argumentList(end);
      return;
    }
    while (is('.')) { match('.', setOf('IDENTIFIER'), 'message.'); match('IDENTIFIER', setOf('.', '{'), 'message'); }
    const names = ['?', 'IDENTIFIER', 'ESC_IDENTIFIER'];
    match('{', setOf(...names, ',', '}'), 'message{');
    sync(setOf(...names, ',', '}'), 'messageFields');
    if (is(...names)) {
      rule(setOf(',', '}'), () => {
        const field = (): void => {
          rule(setOf(':'), () => {
            sync(setOf(...names), 'optField');
            if (is('?')) match('?', setOf('IDENTIFIER', 'ESC_IDENTIFIER'), 'optField?');
            escapedIdentifier(setOf(END));
          });
          match(':', startSet, 'field:');
          expression(setOf(',', END));
        };
        field();
        const local = setOf(',', END);
        for (sync(local, 'fields'); is(',') && names.includes(la(2).type); syncLoop(local)) { match(',', setOf(...names), 'fields,'); field(); }
      });
    }
    sync(setOf(',', '}'), 'message,');
    if (is(',')) match(',', setOf('}'), 'message,');
    match('}', end, 'message}');
  };
  const literal = (follow: Tokens): void => rule(follow, () => {
    sync(setOf('-', ...literals), 'literal');
    if (is('-')) {
      const next = la(2).type;
      if (next !== 'NUM_INT' && next !== 'NUM_FLOAT') throw noAlternative(la(), la(2), 'literal');
      match('-', setOf('NUM_INT', 'NUM_FLOAT'), 'literal-');
    } else if (!literals.includes(la().type)) throw noAlternative(la(), la(), 'literal');
    match(la().type, setOf(END), 'literal');
  });

  run(() => rule(new Set(), () => {
    expression(setOf('<EOF>'));
    match('<EOF>', setOf(END), 'start');
  }));
  return issues;
}
