namespace NativeSsl.Tests.Evaluation;

/// <summary>Small tables of features for the tests of evaluation.</summary>
static class Table
{
    public static readonly CpuBackend Cpu = CpuBackend.Default;

    /// <summary>Normal numbers around a centre for each class; rows go round the classes.</summary>
    public static FeatureSet Clouds(int count, int width, int classes, double gap, Split split = Split.Train, ulong seed = 1)
    {
        var centres = new RandomSource(seed, 0);
        float[] centre = [.. Enumerable.Range(0, classes * width).Select(_ => (float)gap * centres.NextNormal())];
        var noise = new RandomSource(seed, split == Split.Train ? 1UL : 2UL);
        float[] values = new float[count * width];
        for (int i = 0; i < values.Length; i++) values[i] = centre[i / width % classes * width + i % width] + noise.NextNormal();
        return new FeatureSet("clouds", split, Tensor.From(Cpu, [count, width], values),
            [.. Enumerable.Range(0, count).Select(i => i % classes)], classes);
    }

    public static Tensor Normal(ulong seed, params int[] shape)
    {
        var random = new RandomSource(seed, 3);
        Shape all = shape;
        return Tensor.From(Cpu, all, [.. Enumerable.Range(0, (int)all.Count).Select(_ => random.NextNormal())]);
    }

    /// <summary>The same features with other labels.</summary>
    public static FeatureSet With(FeatureSet set, IEnumerable<int> labels) =>
        new(set.Name, set.Split, set.Values, [.. labels], set.Classes);

    public static double[][] Rows(Tensor table)
    {
        float[] values = table.ToArray();
        int width = table.Shape[1];
        return [.. Enumerable.Range(0, table.Shape[0])
            .Select(i => values.AsSpan(i * width, width).ToArray().Select(v => (double)v).ToArray())];
    }
}
