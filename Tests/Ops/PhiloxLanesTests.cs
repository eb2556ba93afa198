namespace NativeSsl.Tests.Ops;

/// <summary>Eight counters at a time draw what one at a time draws.</summary>
public sealed unsafe class PhiloxLanesTests
{
    [Theory]
    [InlineData(0UL, 0UL, 0UL, 0.5f), InlineData(ulong.MaxValue, ulong.MaxValue, ulong.MaxValue - 20, 0.1f),
        InlineData(5UL, 3UL << 24, 0xFFFFFFFCUL, 0.9f)]
    public void Same_as_one_by_one(ulong seed, ulong stream, ulong counter, float rate)
    {
        float* kept = stackalloc float[96];
        PhiloxLanes.Kept(seed, stream, counter, 67, rate, kept);
        for (int i = 0; i < 67; i++)
        {
            var (a, b, c, d) = Philox.Block(seed, stream, unchecked(counter + (ulong)(i / 4)));
            float uniform = Philox.Uniform((i % 4) switch { 0 => a, 1 => b, 2 => c, _ => d });
            Assert.Equal(uniform < rate ? 0f : 1f / (1f - rate), kept[i]);
        }
    }
}
