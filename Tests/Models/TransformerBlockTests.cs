namespace NativeSsl.Tests.Models;

public sealed class TransformerBlockTests
{
    static readonly CpuBackend Cpu = new(1);

    [Theory, InlineData(true), InlineData(false)]
    public void What_stands_behind_the_end_changes_nothing_before_it(bool preNorm)
    {
        var block = new TransformerBlock(new Init(Cpu, 1), new TransformerOptions { Features = 8, Heads = 2, PreNorm = preNorm, Deviation = 0.5f });
        var random = new RandomSource(3, 0);
        float[] x = [.. Enumerable.Range(0, 5 * 8).Select(_ => random.NextNormal())], other = [.. x];
        for (int i = 3 * 8; i < other.Length; i++) other[i] = random.NextNormal();
        float[] Rows(float[] values, Indices? lengths) =>
            [.. block.Forward(Tensor.From(Cpu, [1, 5, 8], values), lengths: lengths).ToArray().Take(3 * 8)];
        Indices three = Indices.From(Cpu, [1], 3);
        Assert.Equal(Rows(x, three), Rows(other, three));
        Assert.NotEqual(Rows(x, null), Rows(other, null));
    }
}
