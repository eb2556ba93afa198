namespace NativeSsl;

/// <summary>
/// Counts the multiplications and additions of products (matrix products, convolutions, attention) that ops on this thread ask for
/// until it is disposed, those of backward passes included: two for each pair of numbers multiplied, as papers count them. It is what the
/// formulas say, whatever short cut a kernel takes; everything else an encoder does is a few per cent of it and is not counted.
/// </summary>
public sealed class FlopCount : IDisposable
{
    [ThreadStatic] static FlopCount? t_innermost;
    readonly FlopCount? _outer;

    /// <summary>Begins to count. A count inside another counts for both.</summary>
    public FlopCount() => (_outer, t_innermost) = (t_innermost, this);

    /// <summary>Operations so far.</summary>
    public double Total { get; private set; }

    /// <summary>Ends the count.</summary>
    public void Dispose() => t_innermost = _outer;

    /// <summary>Products of <paramref name="pairs"/> pairs of numbers, added up.</summary>
    internal static void Add(double pairs)
    {
        for (FlopCount? count = t_innermost; count is not null; count = count._outer) count.Total += 2 * pairs;
    }

    /// <summary>A product with this result, each number of which sums over so many steps.</summary>
    internal static void AddProduct(Tensor result, int steps) => Add((double)result.Shape.Count * steps);
}
