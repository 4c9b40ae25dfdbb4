package io.heddle.processor.syntax;

import io.heddle.grammar.TfmParser;
import java.util.List;
import org.antlr.v4.runtime.CommonTokenStream;
import org.antlr.v4.runtime.Token;

/** Builds the records of a file from the tree of its parser. */
final class FileBuilder {
  private final Complaints complaints;
  private final Leaves leaves;
  private final ModelBuilder models;
  private final PlanBuilder plans;
  private final SweepBuilder sweeps;
  private final OperationBuilder operations;
  private final ServeBuilder serving;
  private final HardwareBuilder hardware;
  private final LoadBuilder loads;

  FileBuilder(Complaints complaints, CommonTokenStream tokens) {
    this.complaints = complaints;
    this.leaves = new Leaves(complaints, tokens);
    this.models = new ModelBuilder(leaves);
    this.plans = new PlanBuilder(leaves);
    this.sweeps = new SweepBuilder(leaves);
    this.operations = new OperationBuilder(leaves);
    this.serving = new ServeBuilder(leaves);
    this.hardware = new HardwareBuilder(leaves);
    this.loads = new LoadBuilder(leaves);
  }

  SourceFile file(TfmParser.FileContext file) {
    return new SourceFile(
        complaints.source(),
        Leaves.lines(file.topLevel(), this::imported),
        Leaves.lines(file.topLevel(), this::written));
  }

  private List<SourceFile.Import> imported(TfmParser.TopLevelContext line) {
    if (line.importLine() == null || !Leaves.isWhole(line)) {
      return List.of();
    }
    Token path = line.importLine().STRING().getSymbol();
    return List.of(new SourceFile.Import(Leaves.text(path), leaves.span(path)));
  }

  private List<SourceFile.Written> written(TfmParser.TopLevelContext line) {
    return declaration(line).stream()
        .map(declaration -> new SourceFile.Written(declaration, leaves.text(line)))
        .toList();
  }

  /** A declaration of which only the end is missing is kept, with the lines that it has. */
  private List<? extends Declaration> declaration(TfmParser.TopLevelContext line) {
    if (line.declaredModel() != null) {
      return models.model(line.declaredModel());
    }
    if (line.plan() != null) {
      return plans.plan(line.plan());
    }
    if (line.sweep() != null) {
      return sweeps.sweep(line.sweep());
    }
    if (line.search() != null) {
      return sweeps.search(line.search());
    }
    if (line.serve() != null) {
      return serving.serve(line.serve());
    }
    if (line.operationDeclaration() != null) {
      return Leaves.isWhole(line)
          ? List.of(operations.operation(line.operationDeclaration()))
          : List.of();
    }
    if (line.device() != null) {
      return hardware.device(line.device());
    }
    if (line.engine() != null) {
      return hardware.engine(line.engine());
    }
    if (line.load() != null) {
      return loads.load(line.load());
    }
    return line.cluster() == null ? List.of() : hardware.cluster(line.cluster());
  }
}
