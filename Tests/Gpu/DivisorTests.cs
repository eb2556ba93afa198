using FsCheck;
using FsCheck.Xunit;
using NativeSsl.Kernels;

namespace NativeSsl.Tests.Gpu;

/// <summary>Division by multiplication, against division.</summary>
public sealed class DivisorTests
{
    static readonly int[] Edges = [1, 2, 3, 5, 7, 9, 63, 64, 65, 576, 1_000_003, (1 << 30) - 1, 1 << 30, (1 << 30) + 1, int.MaxValue - 1, int.MaxValue];

    [Fact]
    public void Edges_are_divided_by_edges()
    {
        foreach (int by in Edges)
            foreach (int n in Edges.Append(0).Concat(Edges.Select(edge => (int)Math.Max(0, (long)int.MaxValue / edge * edge - 1))))
                Same(n, by);
    }

    [Property(MaxTest = 2000)]
    public void Any_number_is_divided_by_any_other(DoNotSize<int> n, DoNotSize<int> by) => Same(n.Item & int.MaxValue, 1 + (by.Item & (int.MaxValue - 1)));

    [Property(MaxTest = 2000)]
    public void Multiples_and_their_neighbours_are_divided(DoNotSize<int> quotient, DoNotSize<ushort> by)
    {
        int divisor = by.Item + 1, n = (int)((quotient.Item & int.MaxValue) / (long)divisor * divisor);
        Same(n, divisor);
        if (n > 0) Same(n - 1, divisor);
    }

    static void Same(int n, int by)
    {
        var divisor = new Divisor(by);
        Assert.Equal((n / by, n % by), (divisor.Into(n), divisor.Rest(n)));
    }
}
