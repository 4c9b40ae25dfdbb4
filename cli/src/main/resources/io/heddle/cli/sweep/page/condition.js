'use strict';
// Reads the conditions of `heddle results --where`, and more: `not`, a sign, and numbers that are not whole.
const conditions = (function () {
  const TOKEN = /\s*(?:("[^"]*"|'[^']*')|(\d+(?:\.\d+)?)|([A-Za-z_][\w.]*)|(<=|>=|==|!=|[=<>+\-*\/%(),]))/y;
  const LARGEST = 2 ** 63;
  const whole = value => Math.abs(value) < LARGEST ? value : NaN;
  const truth = value => value ? 1 : 0;
  const areWhole = (a, b) => Number.isInteger(a) && Number.isInteger(b);
  const gcd = (a, b) => b === 0 ? Math.abs(a) : gcd(b, a % b);
  const plain = text => text.replace(/\s+/g, '');

  // What has no value is NaN, as is a quotient of whole numbers that is not whole.
  const OPERATORS = {
    '*': (a, b) => whole(a * b), '+': (a, b) => whole(a + b), '-': (a, b) => whole(a - b),
    '/': (a, b) => b === 0 || areWhole(a, b) && a % b !== 0 ? NaN : a / b,
    '%': (a, b) => a % b,
    '<': (a, b) => truth(a < b), '<=': (a, b) => truth(a <= b), '>': (a, b) => truth(a > b), '>=': (a, b) => truth(a >= b),
    '=': (a, b) => truth(a === b), '==': (a, b) => truth(a === b), '!=': (a, b) => truth(a !== b),
    and: (a, b) => truth(a !== 0 && b !== 0), or: (a, b) => truth(a !== 0 || b !== 0)
  };
  const FUNCTIONS = {
    min: [0, Math.min], max: [0, Math.max],
    gcd: [2, (a, b) => areWhole(a, b) ? gcd(a, b) : NaN],
    ceil_div: [2, (a, b) => b > 0 ? -Math.floor(-a / b) : NaN]
  };

  function tokensOf(text) {
    const tokens = [];
    TOKEN.lastIndex = 0;
    while (TOKEN.lastIndex < text.trimEnd().length) {
      const from = TOKEN.lastIndex;
      const match = TOKEN.exec(text);
      if (match === null) {
        throw new Error('unexpected ' + text.slice(from).trim());
      }
      tokens.push(match[1] !== undefined ? { text: match[1].slice(1, -1) }
        : match[2] !== undefined ? { number: match[2] }
        : match[3] !== undefined ? { word: match[3] } : { sign: match[4] });
    }
    return tokens;
  }

  // A number of two, of which each is looked at even if one has no value: a point that lacks a name does not meet the condition.
  function applied(sign, left, right) {
    [left, right].forEach(noText);
    const apply = OPERATORS[sign];
    return {
      number: i => {
        const a = left.number(i);
        const b = right.number(i);
        return isNaN(a) || isNaN(b) ? NaN : apply(a, b);
      }
    };
  }

  function noText(node) {
    if (node.quoted !== undefined) {
      throw new Error("'" + node.quoted + "' is a text, which is compared with a name by = or !=");
    }
  }

  function compared(sign, left, right) {
    const one = left.quoted === undefined ? left : right;
    const other = one === left ? right : left;
    if (one.name === undefined || other.name === undefined && other.quoted === undefined) {
      return applied(sign, left, right);
    }
    const quoted = other.quoted === undefined ? undefined : plain(other.quoted);
    const isEqual = sign !== '!=';
    return {
      number: i => {
        const a = one.value(i);
        if (quoted === undefined) {
          const b = other.value(i);
          if (!isNaN(a) && !isNaN(b)) {
            one.isMet = other.isMet = true;
            return truth((a === b) === isEqual);
          }
        }
        const text = one.text(i);
        if (text === undefined) {
          one.isWanted = true;
          return NaN;
        }
        one.isMet = true;
        let as = quoted === undefined ? other.text(i) : quoted;
        if (as === undefined && other.isFigure) {
          other.isWanted = true;
          return NaN;
        }
        if (as === undefined) {
          // No number is a word, so that the word is a name which the point lacks.
          if (isNaN(a) || one.name === 'fits' && (other.name === 'true' || other.name === 'false')) {
            other.isMet = true;
          } else {
            other.isWanted = true;
          }
          as = other.name;
        }
        return truth((text === as) === isEqual);
      }
    };
  }

  // A condition, as a test of a point and the names that no tested point had; throws what is wrong with the text.
  // `look` finds what a name is of each point: its number or NaN, its text without spaces or undefined, and whether it is a figure.
  function read(text, look) {
    const tokens = tokensOf(text);
    const names = new Map();
    let at = 0;
    const isSign = (...signs) => at < tokens.length && (signs.includes(tokens[at].sign) || signs.includes(tokens[at].word));

    function named(word) {
      if (!names.has(word)) {
        const found = look(word);
        const name = { name: word, value: found.number, text: found.text, isFigure: found.isFigure, isMet: false, isWanted: false };
        name.number = i => {
          const value = name.value(i);
          if (isNaN(value)) {
            name.isWanted = true;
          } else {
            name.isMet = true;
          }
          return value;
        };
        names.set(word, name);
      }
      return names.get(word);
    }

    function close() {
      if (!isSign(')')) {
        throw new Error('a ) is missing');
      }
      at++;
    }

    function call(name) {
      const known = Object.hasOwn(FUNCTIONS, name) ? FUNCTIONS[name] : undefined;
      if (known === undefined) {
        throw new Error('there is no function ' + name);
      }
      at++;
      const given = [either()];
      while (isSign(',')) {
        at++;
        given.push(either());
      }
      close();
      given.forEach(noText);
      const [arity, apply] = known;
      if (arity === 0 ? given.length < 2 : given.length !== arity) {
        throw new Error(name + ' takes ' + (arity === 0 ? 'two or more' : arity) + ' numbers');
      }
      return {
        number: i => {
          const values = given.map(one => one.number(i));
          return values.some(isNaN) ? NaN : apply(...values);
        }
      };
    }

    function primary() {
      const token = tokens[at++];
      if (token === undefined) {
        throw new Error('the condition ends too early');
      }
      if (token.sign === '(') {
        const inner = either();
        close();
        return inner;
      }
      if (token.sign === '-') {
        const inner = primary();
        noText(inner);
        return { number: i => -inner.number(i) };
      }
      if (token.number !== undefined) {
        const value = Number(token.number);
        return { number: () => value };
      }
      if (token.text !== undefined) {
        return { quoted: token.text };
      }
      if (token.word === undefined || ['and', 'or', 'not'].includes(token.word)) {
        throw new Error('unexpected ' + (token.word || token.sign));
      }
      return isSign('(') ? call(token.word) : named(token.word);
    }

    const chain = (next, apply, ...signs) => () => {
      let left = next();
      while (isSign(...signs)) {
        const sign = tokens[at++];
        left = apply(sign.sign || sign.word, left, next());
      }
      return left;
    };
    const product = chain(primary, applied, '*', '/', '%');
    const sum = chain(product, applied, '+', '-');
    const comparison = chain(sum, (sign, left, right) => (['=', '==', '!='].includes(sign) ? compared : applied)(sign, left, right),
      '<', '<=', '>', '>=', '==', '=', '!=');

    function negation() {
      if (!isSign('not')) {
        return comparison();
      }
      at++;
      const inner = negation();
      noText(inner);
      return {
        number: i => {
          const value = inner.number(i);
          return isNaN(value) ? NaN : truth(value === 0);
        }
      };
    }

    const both = chain(negation, applied, 'and');
    const all = chain(both, applied, 'or');

    function either() {
      return all();
    }

    const condition = either();
    if (at < tokens.length) {
      const token = tokens[at];
      throw new Error('unexpected ' + (token.word || token.sign || token.text || token.number));
    }
    noText(condition);
    return {
      test: i => {
        const value = condition.number(i);
        return !isNaN(value) && value !== 0;
      },
      unknown: () => [...names.values()].filter(name => name.isWanted && !name.isMet).map(name => name.name).sort()
    };
  }

  return { read: read, plain: plain };
}());
