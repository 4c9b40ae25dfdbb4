package io.heddle.processor.model;

/** One method for each kind of operation. */
public interface OperationVisitor {
  void einsum(Operation.Einsum operation);

  void pointWise(Operation.PointWise operation);

  void norm(Operation.Norm operation);

  void attend(Operation.Attend operation);

  void select(Operation.Select operation);

  void lookup(Operation.Lookup operation);

  void crossEntropy(Operation.CrossEntropy operation);

  void squaredError(Operation.SquaredError operation);

  void fused(Operation.Fused operation);

  void concat(Operation.Concat operation);

  void slice(Operation.Slice operation);

  void alias(Operation.Alias operation);

  void reduce(Operation.Reduce operation);

  void declared(Operation.Declared operation);

  void dispatch(Operation.Dispatch operation);

  void combine(Operation.Combine operation);

  void append(InferenceOperation.Append operation);

  void sample(InferenceOperation.Sample operation);
}
