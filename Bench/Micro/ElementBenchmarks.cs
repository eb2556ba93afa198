namespace NativeSsl.Bench.Micro;

public class Add() : OpBenchmark([768, 512], [768, 512]) { protected override Tensor Apply(Tensor[] x) => x[0] + x[1]; }

public class AddRow() : OpBenchmark([768, 512], [512]) { protected override Tensor Apply(Tensor[] x) => x[0] + x[1]; }

public class Subtract() : OpBenchmark([768, 512], [768, 512]) { protected override Tensor Apply(Tensor[] x) => x[0] - x[1]; }

public class Multiply() : OpBenchmark([768, 512], [768, 512]) { protected override Tensor Apply(Tensor[] x) => x[0] * x[1]; }

public class Divide() : OpBenchmark([768, 512], [768, 512]) { protected override Tensor Apply(Tensor[] x) => x[0] / x[1]; }

public class Negate() : OpBenchmark([768, 512]) { protected override Tensor Apply(Tensor[] x) => -x[0]; }

public class Exp() : OpBenchmark([768, 512]) { protected override Tensor Apply(Tensor[] x) => x[0].Exp(); }

public class Log() : OpBenchmark([768, 512]) { protected override Tensor Apply(Tensor[] x) => x[0].Log(); }

public class Sqrt() : OpBenchmark([768, 512]) { protected override Tensor Apply(Tensor[] x) => x[0].Sqrt(); }

public class Square() : OpBenchmark([768, 512]) { protected override Tensor Apply(Tensor[] x) => x[0].Square(); }

public class Relu() : OpBenchmark([768, 512]) { protected override Tensor Apply(Tensor[] x) => x[0].Relu(); }

public class Gelu() : OpBenchmark([768, 512]) { protected override Tensor Apply(Tensor[] x) => x[0].Gelu(); }

public class GeluErf() : OpBenchmark([768, 512]) { protected override Tensor Apply(Tensor[] x) => x[0].GeluErf(); }

public class Silu() : OpBenchmark([768, 512]) { protected override Tensor Apply(Tensor[] x) => x[0].Silu(); }

public class Sigmoid() : OpBenchmark([768, 512]) { protected override Tensor Apply(Tensor[] x) => x[0].Sigmoid(); }

public class Tanh() : OpBenchmark([768, 512]) { protected override Tensor Apply(Tensor[] x) => x[0].Tanh(); }
