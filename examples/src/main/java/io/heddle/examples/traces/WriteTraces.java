package io.heddle.examples.traces;

import io.heddle.runtime.TransformerModel;
import io.heddle.runtime.astrasim.EmitException;
import io.heddle.runtime.astrasim.EmitProgress;
import io.heddle.runtime.astrasim.EmitRequest;
import io.heddle.runtime.astrasim.EmittedFolder;
import io.heddle.runtime.astrasim.TraceFolder;
import io.heddle.runtime.trace.Flattener;
import java.nio.file.Path;

/** Writes a folder that AstraSim runs: the trace of every rank, groups, network and system. */
@TransformerModel("llama3_8b.tfm")
public final class WriteTraces {
  private WriteTraces() {}

  /** Writes to the folder that the argument names, and prints what to run there. */
  public static void main(String[] arguments) throws EmitException {
    Flattener flattener = Llama3_8BPlan.Node8.flattener();
    EmitRequest request = EmitRequest.of(Path.of(arguments[0]), "llama3_8b");
    EmittedFolder written = TraceFolder.write(flattener, request, EmitProgress.SILENT);
    System.out.printf("%,d nodes, %,d bytes%n", written.counts().nodes(), written.traceBytes());
    System.out.println(String.join(" \\\n    ", written.command()));
  }
}
