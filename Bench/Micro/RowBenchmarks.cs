namespace NativeSsl.Bench.Micro;

public class Sum() : OpBenchmark([768, 512]) { protected override Tensor Apply(Tensor[] x) => x[0].Sum(); }

public class SumRows() : OpBenchmark([768, 512]) { protected override Tensor Apply(Tensor[] x) => x[0].Sum(0); }

public class Mean() : OpBenchmark([768, 512]) { protected override Tensor Apply(Tensor[] x) => x[0].Mean(1); }

public class Max() : OpBenchmark([768, 512]) { protected override Tensor Apply(Tensor[] x) => x[0].Max(1); }

public class Softmax() : OpBenchmark([768, 512]) { protected override Tensor Apply(Tensor[] x) => x[0].Softmax(); }

public class LogSoftmax() : OpBenchmark([768, 512]) { protected override Tensor Apply(Tensor[] x) => x[0].LogSoftmax(); }

public class LayerNorm() : OpBenchmark([768, 128], [128], [128]) { protected override Tensor Apply(Tensor[] x) => x[0].LayerNorm(x[1], x[2]); }

public class Normalize() : OpBenchmark([768, 512]) { protected override Tensor Apply(Tensor[] x) => x[0].Normalize(); }

public class MeanSquaredError() : OpBenchmark([768, 512], [768, 512]) { protected override Tensor Apply(Tensor[] x) => x[0].MeanSquaredError(x[1]); }

public class CrossEntropy() : OpBenchmark([768, 512])
{
    protected override Tensor Apply(Tensor[] x) => x[0].CrossEntropy(Labels(Backend, 512));

    internal static Indices Labels(CpuBackend backend, int classes) => Indices.From(backend, [768], [.. Enumerable.Range(0, 768).Select(i => (i * 7 + 3) % classes)]);
}

public class Embed() : OpBenchmark([65, 128]) { protected override Tensor Apply(Tensor[] x) => x[0].Embed(CrossEntropy.Labels(Backend, 65)); }

public class Permute() : OpBenchmark([12, 64, 4, 32]) { protected override Tensor Apply(Tensor[] x) => x[0].Permute(0, 2, 1, 3); }

public class Concat() : OpBenchmark([768, 512], [768, 512]) { protected override Tensor Apply(Tensor[] x) => Tensor.Concat([x[0], x[1]], 0); }

public class Slice() : OpBenchmark([768, 512]) { protected override Tensor Apply(Tensor[] x) => x[0].Slice(1, 128, 256); }

public class Pad() : OpBenchmark([768, 512]) { protected override Tensor Apply(Tensor[] x) => x[0].Pad(1, 3, 5); }

public class MatMul() : OpBenchmark([768, 128], [128, 512]) { protected override Tensor Apply(Tensor[] x) => x[0].MatMul(x[1]); }

public class Linear() : OpBenchmark([768, 128], [512, 128], [512]) { protected override Tensor Apply(Tensor[] x) => x[0].Linear(x[1], x[2], Activation.Gelu); }

public class SelfAttention() : OpBenchmark([12, 64, 3, 4, 32])
{
    protected override Tensor Apply(Tensor[] x) => x[0].SelfAttention(new AttentionOptions { Causal = true });
}
