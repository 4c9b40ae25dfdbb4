package io.heddle.processor.diagnose;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Every finding there is, with its text. 0xxx syntax, 1xxx names, 2xxx shapes and units, 3xxx
 * sharding and rank layout, 4xxx schedule, 5xxx advice, 9xxx a fault of ours.
 */
public enum Code {
  UNEXPECTED_INPUT(1, "%s"),
  UNSUPPORTED_VERSION(2, "this file is written in version %s of the language, known is 1"),
  TOO_DEEP(
      3,
      "expressions are nested more than %d deep",
      "name parts of it with `param`, or leave out brackets"),
  TOO_LARGE(4, "the file has more than %s characters", "split it into files, and import them"),
  NUMBER_TOO_LARGE(
      5, "number `%s` does not fit into 63 bits", "the largest number is 9223372036854775807"),
  NUMBER_TOO_LONG(
      6, "number `%s` has more than %d digits", "leave out digits: the largest number has 19"),
  TOO_MANY_ERRORS(
      8,
      "more than %d errors; the rest of the file is not read",
      "correct those above, then check again"),

  UNKNOWN_NAME(1001, "unknown %s `%s`"),
  DUPLICATE_NAME(1002, "%s `%s` is declared twice"),
  NO_PLAN(1003, "the file has no plan", "add `plan P of M { … }`, or import a file that has one"),
  UNKNOWN_OVERRIDE(1004, "nothing in this plan is called `%s`"),
  RESERVED_NAME(
      1005,
      "`%s` is a word of the language and cannot name a block",
      "give the block another name"),
  MISSING_IN_MODEL(1006, "model `%s` has no `%s`"),
  TWICE_IN_MODEL(1007, "a second `%s`", "remove one of them"),
  MISSING_IN_PLAN(1008, "plan `%s` has no `%s`"),
  TWICE_IN_PLAN(1009, "a second `%s`", "remove one of them"),
  MISSING_IN_CLUSTER(1010, "`%s` has no `%s`"),
  GIVEN_TWICE(1011, "%s `%s` is given twice", "remove one of the two"),
  UNUSED_BLOCK(
      1012,
      "block `%s` is in no stack",
      Severity.WARNING,
      "name it in a `stack` line, or remove it"),
  SEVERAL_LINES(1016, "the plan has several lines `%s`"),
  CIRCULAR_NUMBER(
      1017, "`%s` follows from itself", "let one of the numbers be a plain number or an axis"),
  UNKNOWN_IMPORT(1013, "no file `%s`"),
  UNUSED_WEIGHT(1014, "weight `%s` is never used"),
  MISSING_IN_STREAM(1018, "stream `%s` has no `%s`"),
  UNREAD_STREAM(
      1019,
      "stream `%s` has no end, and no block takes it",
      "add `head` or `end` to it, or let a block of a later stream take it"),
  NOT_FED(1020, "block `%s` takes `%s`, and no stream is named for it"),
  STREAM_BELOW(
      1021,
      "stream `%s` is not above stream `%s`",
      "a block takes streams that are complete before its own: write that stream first"),
  BESIDE_STREAMS(
      1022, "this line stands beside the streams of the model", "move it into one of the streams"),

  SERVE_LACKS(1030, "serving `%s` has no `%s`"),
  OPERATION_TAKEN(1040, "`%s` is an operation of the language", "give yours another name"),

  DIM_TWICE(2001, "dimension `%s` appears twice in one tensor"),
  DIM_IN_NO_OPERAND(2002, "dimension `%s` of the result `%s` is in no operand"),
  DIM_NOT_IN_RESULT(2003, "dimension `%s` of the value is missing in the result `%s`"),
  DIM_IN_ONE_OPERAND(2004, "dimension `%s` stands in one operand only and not in the result"),
  UNEQUAL_DIMS(
      2005,
      "cannot add %s and %s",
      "let one of them have all dimensions of the other, which is then broadcast"),
  OPEN_PRODUCT(2006, "ambiguous product of %s and %s: name the result and its dimensions"),
  WEIGHT_ALONE(
      2007,
      "weight `%s` meets no tensor here",
      "multiply or add it to something that depends on the argument of the block"),
  ARGUMENTS(
      2008,
      "`%s` takes %s",
      "docs/language.md shows each operation and each line with what it takes"),
  ATTENTION_SHAPE(2009, "attention cannot combine q%s, k%s and v%s"),
  FUSED_SHAPE(2010, "the operations of `%s` do not make one kernel"),
  AFTER_RETURN(2011, "nothing can follow `return`", "move it before `return`, or remove it"),
  NO_RETURN(2012, "block `%s` returns nothing"),
  RETURNS_NOTHING_NEW(2013, "block `%s` returns what it was given"),
  STREAMS_DIFFER(
      2014,
      "block `%s` takes other dimensions than the blocks beside it",
      "let all blocks of the stacks take the same dimensions"),
  NO_OPEN_DIM(2015, "the argument of a block needs exactly one dimension without a size"),
  EMBED_SHAPE(2016, "table `%s` does not embed tokens into the stream"),
  HEAD_SHAPE(2017, "weight `%s` does not project the stream to classes"),
  HEAD_NORM(2018, "the norm of the head is ambiguous"),
  WRONG_UNIT(
      2019,
      "`%s` is not the unit of %s",
      "write it with a unit of the same kind: prefixes k M G T P are powers of ten, Ki Mi Gi Ti of"
          + " 1024"),
  OUT_OF_RANGE(
      2020, "out of range: expected %s", "quantities are positive, and shares at most 100 %"),
  INEXACT_DIVISION(2021, "%d / %d leaves the remainder %d"),
  DIVISION_BY_ZERO(2022, "division by zero", "let the divisor be 1 or more"),
  OVERFLOW(
      2023,
      "%d %s %d does not fit into 63 bits",
      "sizes and what they are made of stay below 2^63"),
  SIZE_OUT_OF_RANGE(2024, "%s is %d, which is not between %d and %d"),
  NO_PEAK(2025, "device `%s` states no peak for %s"),
  REQUIREMENT(2026, "required: %s"),
  CONCAT_SHAPE(
      2027,
      "cannot concatenate: %s",
      "give the result one new dimension, the sum of one dimension of each operand: `k[b s n dq] ="
          + " concat(kn, kr)`"),
  EXPERT_SHAPE(2029, "`%s` cannot route these tensors"),
  COUNT_OVERFLOWS(2031, "%s do not fit into 63 bits"),
  CONCAT_SIZES(2028, "`%s` = %d is not the sum of its parts: %s"),
  RENAME_SHAPE(2040, "`%s` cannot become `%s` in %s"),
  RENAME_SIZES(2041, "`%s` = %d cannot become `%s` = %d: they are of different sizes"),
  NOT_A_DIM(2043, "`%s` is not a dimension of %s"),
  BEGIN_SHAPE(2044, "block `%s` and what it is given do not belong together"),
  LOSS_PLACE(2045, "the loss of a model is what the block behind `end` returns, and nothing else"),
  DEVICE_OF_ITSELF(
      2046,
      "device `%s` derives from itself",
      "remove `of` from one of the devices that lead back to it"),
  SHARE_AND_FIGURES(
      2047,
      "device `%s` has a share here and `kernel` lines",
      "remove `at …`: the figures say what kernels reach; or remove the `kernel` lines"),
  KERNEL_TWICE(
      2048,
      "`kernel %s` of device `%s` is declared twice",
      "remove one, or give them different formats or head sizes"),
  TRANSFER_TWICE(
      2050,
      "`%s` is declared twice for the same number of ranks",
      "remove one, or give them different numbers of `ranks`"),
  NO_UNIT(
      2049,
      "`%s` has no unit, where %s is expected",
      "write the unit behind the number: a share in %, a time in ns, us or ms"),
  ENGINE_OF_ITSELF(
      2051,
      "engine `%s` derives from itself",
      "remove `of` from one of the engines that lead back to it"),
  NUMBER_ALONE(
      2052,
      "a number stands here in place of a tensor",
      "numbers are factors or terms beside a tensor: `0.5 * x`"),
  SELECTION_SHAPE(2065, "cannot select keys: %s"),
  SELECTED_KEYS(2066, "attention cannot take the keys of `%s`: %s"),
  DETACHED_STREAM(
      2067, "no gradient leads back to `%s` of block `%s`: all that reads it is detached"),
  SLICE_SHAPE(
      2054,
      "cannot slice: %s",
      "declare the result with one dimension in place of one of the operand, as in"
          + " `r[b s n dr] = slice(q, at = 128)`"),
  SLICE_BEYOND(2055, "the part of `%s` from %d to %d ends beyond its %d"),
  OPERATION_CLAUSES(2058, "operation `%s`: %s"),
  OPERATION_GIVEN(2059, "`%s` of `%s` cannot be %s: %s"),
  STREAM_SHAPE(2056, "`%s` is %s, but stream `%s` is %s"),
  STREAM_BATCH(2057, "stream `%s` counts its sequences by `%s`, not by `%s` as stream `%s` does"),
  LOAD_ROWS(
      2061,
      "load `%s`: %s",
      "write `layer 0 = 812, 790` with the tokens of each expert, layers from 0; with several"
          + " micro-batches `layer 0 micro_batch 0 = 812, 790`, each layer with all of them"),
  LOAD_EXPERTS(2062, "load `%s` has tokens of %d experts, and `%s` is %d"),
  LOAD_LAYERS(2063, "load `%s` has no line of %s, which has experts"),
  LOAD_SPARE(
      2064,
      "load `%s` has a line of layer %d, which has no experts",
      "remove the line; layers count from 0 through the whole model"),
  LOAD_COMBINED(2060, "`load` of experts cannot be combined with `%s`"),
  MODEL_OF_ITSELF(
      2053,
      "model `%s` is derived from itself",
      "write one of the models that lead back to it with `{ … }`"),
  CAUSAL_KEYS(
      2042,
      "attention that hides keys by their place needs as many keys as queries: `%s` = %d, `%s` ="
          + " %d"),

  DIM_DOES_NOT_SPLIT(3002, "dimension `%s` = %d does not split over %s"),
  AXIS_ON_TWO_DIMS(3003, "axis `%s` would split both `%s` and `%s` of one tensor"),
  AXIS_SHARED(3004, "axis `%s` splits both `%s` and `%s` of %s"),
  AXIS_TWICE(3005, "axis `%s` appears twice in one list", "name each axis once"),
  AXIS_UNUSED(3006, "axis `%s` = %d splits nothing: its ranks would all do the same work"),
  LAYOUT_INCOMPLETE(3007, "`layout` does not list axis %s"),
  STREAM_CONTRADICTS(3008, "the stream's `%s` must begin with the axes of its shard rule: %s"),
  NOT_IN_STREAM(3009, "`%s` is not a dimension of the stream"),
  SPLIT_KEYS(3010, "`%s` is split over `%s`, but attention needs all keys on each rank"),
  SPLIT_SCORES(3011, "attention needs `%s` whole, and it is split over `%s`"),
  WEIGHT_WOULD_MOVE(3012, "weight `%s` is split over `%s` where this operation needs it whole"),
  COLLECTIVE_IN_FUSED(3013, "`%s` is one kernel, but its products are partial sums over `%s`"),
  FUSED_WEIGHTS_DISAGREE(3014, "the weights of `%s` shard `%s` differently"),
  GRADIENTS_DISAGREE(3015, "`%s` is used twice, and the two gradients are sharded differently"),
  DIM_SHARDED_TWICE(3016, "dimension `%s` is sharded twice"),
  LAYERS_ON_ONE_AXIS(3017, "the layers can be split over one axis only"),
  PIN_DIMS(3018, "`%s` is not a dimension of `%s`"),
  OPTIMIZER_AXIS(3019, "axis `%s` splits no data: optimizer states cannot be split over it"),
  MESH_SIZE(3020, "the mesh has %d ranks, but cluster `%s` has %d"),
  GROUP_STRADDLES(
      3022, "a group over %s leaves a network of %d ranks without filling it", Severity.WARNING),

  PIPELINE_AXIS(
      3042,
      "axis `%s` splits the layers: it cannot split `%s` as well",
      "use another axis of the mesh; each stage holds its own layers whole"),
  VIEW_MEETS_AXIS(3025, "axis `%s` and `%s`, a view of it, would meet here"),
  VIEW_DOES_NOT_TILE(3026, "the view reads %d ranks as %s"),
  VIEW_SIZES(3027, "a view gives the size of every axis but one: `%s` has none and `%s` neither"),
  EXPERTS_OFF_TOKENS(3028, "the experts are split over `%s`, which does not split the tokens"),
  SHARDED_VIEW(3029, "a group over `%s` = %d leaves the ranks of `%s`"),
  CAUSAL_PIECES(3030, "`%s` = %d does not come in %d pieces, two for each rank"),
  WINDOW_SPLIT(3041, "queries that see a part of `%s` cannot have keys go round a ring over `%s`"),
  NOTHING_TO_REPEAT(3045, "no heads of the queries alone can lie over `%s`"),
  REPEATED_ELSEWHERE(3046, "`%s`, over which heads are repeated, does not split `%s`"),
  SPLIT_SCAN(3047, "`%s`, along which `%s` passes a state on, is split over `%s`"),
  HALO_BEYOND(
      3048,
      "`%s` reads %d places of `%s` before a part of %d, which reaches beyond its neighbour",
      "split the dimension over fewer ranks"),
  LOADS_MEET(
      3049,
      "%s of `%s` over `%s`, whose ranks have different loads of experts",
      "remove `load` from `experts`, or let no axis of the experts split what is brought together"),
  SELECTED_APART(3051, "attention to selected keys cannot be combined with `%s`"),
  FEW_NODES(3050, "%d of %d nodes have %d experts, and a token goes to %d"),
  GRADIENT_ELSEWHERE(3031, "the gradient of `%s` splits `%s` over `%s`, the weight splits `%s`"),
  TOO_MANY_RANKS(
      3023,
      "%d ranks are more than the %d that are supported",
      "make the mesh and the cluster smaller"),
  ONE_RANK(3024, "the mesh has one rank: there is nothing to simulate"),

  BATCH_DOES_NOT_DIVIDE(4001, "batch %d is not a multiple of micro-batch %d x %d replicas"),
  LAYERS_DO_NOT_DIVIDE(4002, "%s"),

  TOO_MANY_MICRO_BATCHES(4003, "%d micro-batches are more than the %d that are supported"),
  TOO_MANY_LAYERS(
      4004,
      "%d layers are more than the %d that are supported",
      "count fewer layers in the `stack` lines"),
  SCHEDULE_DEMANDS(4005, "%s"),
  TOO_MANY_BUCKETS(
      4006,
      "%d buckets of gradients are more than the %d that are supported",
      "write a larger bucket, such as `in buckets of 250 MB`"),
  TOO_MANY_POINTS(4010, "sweep `%s` has %d points, more than the %d that are supported"),
  EMPTY_SWEEP(4011, "sweep `%s` keeps none of its %d points"),
  NO_VALUES(4013, "`%s in any` has no values: %s"),
  NOT_ONE_AIM(4014, "search `%s` has %d aims"),
  NOT_A_CONDITION(4027, "`%s` is a number, not a condition"),
  AIM_BACKWARDS(4015, "`%s` is better the %s it is"),
  TRAINING_LINE(4016, "`%s` has no use in a plan that trains nothing"),
  FROZEN_GRADIENT(
      4018,
      "`%s` is frozen and has no gradient to pin",
      "remove the pin, or leave the weight out of `freeze`"),
  NOTHING_TRAINED(4017, "all weights are frozen"),
  LINE_OF_TRAINING(4019, "`%s` has no meaning beside `%s`"),
  STORED_IN_TRAINING(4024, "weights are stored in `%s` by inference only: this plan trains"),
  KEPT_IN_INFERENCE(
      4026, "`qkv %s` is for plans that train: inference keeps keys and values in a cache"),
  NOT_CACHED(4020, "keys and values of `%s` cannot be kept in a cache: %s"),
  SHARED_APART(
      4023,
      "block `%s` is shared here, and has weights of its own elsewhere",
      "write `shared` before it in all stacks, or in none"),
  SELECTION_ALONE(4042, "selection `%s` is trained to follow attention that is not trained"),
  NOT_ABSORBED(4041, "attention of `%s` cannot absorb the products of its keys and values: %s"),
  POOLS(4030, "the pools of `%s` do not serve requests: %s"),
  POOL_PLAN(4031, "a pool `%s` cannot use plan `%s`: %s"),
  SERVE_SEARCH(4032, "search `%s` of a `serve` is not possible: %s"),

  LARGE_SIDE_TRAVELS(
      5021, "`%s`, %,d elements, is gathered over %s for `%s`, which makes %,d", Severity.WARNING),
  REPEATED_PRODUCT(5022, "`%s` is computed alike by all %d ranks along `%s`", Severity.WARNING),
  TENSOR_GROUP_LEAVES(
      5023, "a tensor group over %s (%d) leaves the fast network of %d ranks", Severity.WARNING),
  EXCHANGE_AS_RING(
      5020,
      "AstraSim runs an all-to-all over %s (%d) on this network as a ring of %d steps",
      Severity.WARNING),
  ONE_LEVEL(5024, "`two_level` changes nothing over %s (%d): %s", Severity.WARNING),
  NOT_BY_NODE(5025, "`exchange = by_node` changes nothing over %s (%d): %s", Severity.WARNING),
  ALL_IN_FP8(
      5030,
      "`dtype fp8` stores every tensor in one byte, the residual stream and gradients of"
          + " activations too",
      Severity.WARNING),

  UNFUSED_RING(
      4012,
      "`unfused` cannot be combined with `context ring`: a ring never holds the full score matrix"),

  FEW_MICRO_BATCHES(5001, "%s for %s leave most of the pipeline idle", Severity.WARNING),
  CONTEXT_UNUSED(
      5002,
      "no axis splits the keys of any attention, nor what an operation scans",
      Severity.WARNING),
  OVERLAP_CUTS_NOTHING(
      5003, "no collective over `%s` stands alone beside a matrix product", Severity.WARNING),
  NO_EXPERTS(5004, "there is no exchange of experts to run beside", Severity.WARNING),
  NOTHING_SUMMED(5005, "no all-reduce sums %s", Severity.WARNING),
  NOT_CAUSAL(
      5006,
      "attention of `%s` is not causal, so that keys of a cache would change with each new token",
      Severity.WARNING),
  CACHE_REMADE(
      5007, "`%s` is recomputed for all %,d tokens of the cache in each step", Severity.WARNING),
  NO_STORED_EXPERTS(
      5032, "the model has no experts that could be stored in `%s`", Severity.WARNING),
  NO_EXCHANGES(
      5034, "the model has no experts to which rows could travel in `%s`", Severity.WARNING),
  ONE_RANK_SERVES(5031, "the mesh has one rank, which sends nothing", Severity.WARNING),
  OUT_OF_MEMORY(5011, "stage %d needs about %s, device `%s` has %s", Severity.WARNING),
  NOTHING_TO_KEEP(
      5010, "`%s` is never gathered again: keeping it changes nothing", Severity.WARNING),

  READ_BEFORE_MADE(
      9001, "%s: in %s, `%s` reads `%s` before it is made: a fault of Heddle", Code.REPORT_IT),
  MADE_TWICE(9002, "%s: in %s, `%s` is made again by `%s`: a fault of Heddle", Code.REPORT_IT),
  WORK_CHANGED(9003, "%s: in %s, `%s` is not what it was: a fault of Heddle", Code.REPORT_IT),
  ORDER_CHANGED(
      9004, "%s: in %s, communication is %s, and was %s: a fault of Heddle", Code.REPORT_IT),
  GRADIENT_NOT_REDUCED(
      9005,
      "%s: in %s, the gradient of `%s` is a partial sum over %s, added up over %s: a fault of"
          + " Heddle",
      Code.REPORT_IT);

  private static final String REPORT_IT =
      "nothing is wrong with the file: report it to those who make Heddle, with the file";

  private final int number;
  private final String text;
  private final Severity severity;
  private final @Nullable String help;

  Code(int number, String text) {
    this(number, text, Severity.ERROR, null);
  }

  Code(int number, String text, String help) {
    this(number, text, Severity.ERROR, help);
  }

  Code(int number, String text, Severity severity) {
    this(number, text, severity, null);
  }

  Code(int number, String text, Severity severity, @Nullable String help) {
    this.number = number;
    this.text = text;
    this.severity = severity;
    this.help = help;
  }

  /** Such as {@code TFM3002}. */
  public String id() {
    return String.format(Locale.ROOT, "TFM%04d", number);
  }

  public Severity severity() {
    return severity;
  }

  /** Its message, with an ellipsis for all that differs from finding to finding. */
  public String pattern() {
    return text.replaceAll("%,?[sd]", "…");
  }

  /** What always works; null where the place of the finding knows better. */
  @Nullable String help() {
    return help;
  }

  String message(Object... arguments) {
    return String.format(Locale.ROOT, text, arguments);
  }
}
