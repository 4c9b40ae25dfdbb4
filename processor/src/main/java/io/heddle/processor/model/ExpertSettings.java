package io.heddle.processor.model;

import io.heddle.plan.expert.ExpertLoad;
import io.heddle.plan.expert.ExpertShares;
import io.heddle.processor.diagnose.Code;
import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.diagnose.Span;
import io.heddle.processor.syntax.Name;
import io.heddle.processor.syntax.PlanItem;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads the lines {@code experts} of a plan: what experts get, and how their tokens travel. */
final class ExpertSettings {
  private static final List<String> EXCHANGES = List.of("pairwise", "direct", "by_node");
  private static final long LARGEST_SEED = 1_000_000_000_000L;

  private final PlanLines lines;
  private final DeclaredLoads loads;
  private final Diagnostics diagnostics;

  ExpertSettings(PlanLines lines, DeclaredLoads loads, Diagnostics diagnostics) {
    this.lines = lines;
    this.loads = loads;
    this.diagnostics = diagnostics;
  }

  Plan.Experts read() {
    Span span = lines.name().span();
    List<PlanItem.ExpertSetting> given = new ArrayList<>();
    for (PlanItem.Experts item : lines.items(PlanItem.Experts.class)) {
      span = item.span();
      given.addAll(item.settings());
    }
    Map<String, PlanItem.ExpertSetting> settings =
        new NamedArguments(
                "setting",
                "experts",
                List.of("capacity", "imbalance", "exchange", "nodes", "load"),
                diagnostics)
            .read(given, PlanItem.ExpertSetting::name);
    BigDecimal capacity = factor(settings.get("capacity"));
    BigDecimal imbalance = factor(settings.get("imbalance"));
    Plan.Exchange exchange = exchange(settings.get("exchange"));
    long nodes = nodes(settings.get("nodes"), exchange);
    PlanItem.ExpertSetting load = settings.get("load");
    if (load == null) {
      return new Plan.Experts(capacity, imbalance, exchange, nodes, null, span);
    }
    for (String other : List.of("capacity", "imbalance")) {
      if (settings.containsKey(other)) {
        combined(settings.get(other), "remove it: `load` says how many rows each expert gets");
      }
    }
    if (exchange == Plan.Exchange.DIRECT) {
      combined(
          settings.get("exchange"),
          "remove it: the simulator's collective has one size, and ranks send different ones");
    }
    if (exchange == Plan.Exchange.BY_NODE) {
      combined(
          settings.get("exchange"), "remove it: which nodes a token of a load meets is not known");
    }
    return new Plan.Experts(null, null, Plan.Exchange.PAIRWISE, 0, load(load), span);
  }

  /** The most nodes that a token goes to; 0 without. */
  private long nodes(PlanItem.@Nullable ExpertSetting setting, Plan.Exchange exchange) {
    if (setting == null) {
      return 0;
    }
    if (exchange != Plan.Exchange.BY_NODE) {
      diagnostics
          .report(Code.ARGUMENTS, setting.name().span(), "nodes", "`exchange = by_node` beside it")
          .help("to how many nodes tokens go counts where each is sent once to each of them")
          .add();
      return 0;
    }
    BigDecimal number = setting.number();
    if (number != null
        && number.scale() <= 0
        && number.signum() > 0
        && number.compareTo(BigDecimal.valueOf(ExpertShares.MOST_EXPERTS)) <= 0) {
      return number.longValueExact();
    }
    diagnostics
        .report(Code.OUT_OF_RANGE, setting.name().span(), "a number of nodes such as `4`")
        .help("write a whole number from 1 to %d".formatted(ExpertShares.MOST_EXPERTS))
        .add();
    return 0;
  }

  private void combined(PlanItem.ExpertSetting other, String help) {
    diagnostics.report(Code.LOAD_COMBINED, other.name().span(), other.name()).help(help).add();
  }

  private Plan.Exchange exchange(PlanItem.@Nullable ExpertSetting setting) {
    if (setting == null) {
      return Plan.Exchange.BY_NETWORK;
    }
    Optional<Name> word = word(setting, "pairwise");
    if (word.isEmpty()) {
      return Plan.Exchange.BY_NETWORK;
    }
    takesNothing(setting);
    return switch (lines.known(word.get(), "exchange", EXCHANGES)) {
      case "direct" -> Plan.Exchange.DIRECT;
      case "by_node" -> Plan.Exchange.BY_NODE;
      default -> Plan.Exchange.PAIRWISE;
    };
  }

  private ExpertLoad load(PlanItem.ExpertSetting setting) {
    Optional<Name> word = word(setting, "hot_rank(factor = 2)");
    if (word.isEmpty()) {
      return ExpertLoad.even();
    }
    return switch (word.get().text()) {
      case "hot_expert" -> {
        Numbers numbers = new Numbers(setting, List.of("factor", "seed"));
        yield ExpertLoad.hotExpert(numbers.factor(), numbers.seed(ExpertLoad.NOT_DRAWN));
      }
      case "hot_rank" -> {
        Numbers numbers = new Numbers(setting, List.of("factor", "seed"));
        yield ExpertLoad.hotRank(numbers.factor(), numbers.seed(ExpertLoad.NOT_DRAWN));
      }
      case "log_normal" -> {
        Numbers numbers = new Numbers(setting, List.of("sigma", "seed"));
        yield ExpertLoad.logNormal(numbers.sigma(), numbers.seed(1));
      }
      case "even" -> {
        takesNothing(setting);
        yield ExpertLoad.even();
      }
      default -> {
        takesNothing(setting);
        yield loads
            .find(word.get(), diagnostics)
            .map(ExpertLoad.class::cast)
            .orElse(ExpertLoad.even());
      }
    };
  }

  private void takesNothing(PlanItem.ExpertSetting setting) {
    new NamedArguments("setting", String.valueOf(setting.word()), List.of(), diagnostics)
        .read(setting.numbers(), PlanItem.ExpertNumber::name);
  }

  private Optional<Name> word(PlanItem.ExpertSetting setting, String example) {
    if (setting.word() == null) {
      NamedArguments.wantsWord(setting.name(), example, diagnostics);
    }
    return Optional.ofNullable(setting.word());
  }

  private @Nullable BigDecimal factor(PlanItem.@Nullable ExpertSetting setting) {
    return setting == null ? null : factor(setting.name(), setting.number());
  }

  private @Nullable BigDecimal factor(Name name, @Nullable BigDecimal number) {
    if (number != null
        && number.compareTo(BigDecimal.ONE) >= 0
        && number.compareTo(BigDecimal.valueOf(1000)) <= 0
        && number.scale() <= 6) {
      return number;
    }
    diagnostics
        .report(Code.OUT_OF_RANGE, name.span(), "a factor such as `1.25`")
        .help("write a number from 1 to 1000 with at most 6 digits behind the point")
        .add();
    return null;
  }

  /** The numbers behind the word of a load. */
  private final class Numbers {
    private final Name word;
    private final Map<String, PlanItem.ExpertNumber> given;

    Numbers(PlanItem.ExpertSetting setting, List<String> taken) {
      this.word = setting.word() == null ? setting.name() : setting.word();
      this.given =
          new NamedArguments("setting", word.text(), taken, diagnostics)
              .read(setting.numbers(), PlanItem.ExpertNumber::name);
    }

    /** How much more a hot expert gets; 1 after a finding. */
    String factor() {
      PlanItem.ExpertNumber number = given.get("factor");
      if (number == null) {
        String form = "how hot it is, such as `%s(factor = 2)`".formatted(word);
        diagnostics.report(Code.ARGUMENTS, word.span(), word, form).add();
        return "1";
      }
      BigDecimal factor = ExpertSettings.this.factor(number.name(), number.number());
      return factor == null ? "1" : factor.toPlainString();
    }

    /** The width of a log-normal distribution; 0 after a finding. */
    String sigma() {
      PlanItem.ExpertNumber number = given.get("sigma");
      if (number == null) {
        String form = "how wide it is, such as `log_normal(sigma = 0.5)`";
        diagnostics.report(Code.ARGUMENTS, word.span(), word, form).add();
        return "0";
      }
      if (number.number().compareTo(BigDecimal.TEN) > 0 || number.number().scale() > 6) {
        diagnostics
            .report(Code.OUT_OF_RANGE, number.name().span(), "a number such as `0.5`")
            .help("write a number from 0 to 10 with at most 6 digits behind the point")
            .add();
        return "0";
      }
      return number.number().toPlainString();
    }

    long seed(long without) {
      PlanItem.ExpertNumber number = given.get("seed");
      if (number == null) {
        return without;
      }
      if (number.number().scale() <= 0
          && number.number().signum() > 0
          && number.number().compareTo(BigDecimal.valueOf(LARGEST_SEED)) <= 0) {
        return number.number().longValueExact();
      }
      diagnostics
          .report(Code.OUT_OF_RANGE, number.name().span(), "a seed such as `1`")
          .help("write a whole number from 1 to %d".formatted(LARGEST_SEED))
          .add();
      return 1;
    }
  }
}
