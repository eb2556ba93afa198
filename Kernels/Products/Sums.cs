namespace NativeSsl.Kernels;

/// <summary>What becomes of a thread's four sums in its i-th row and its columns from the j-th, which are neighbours.</summary>
interface ISumChange
{
    Float4 Of(Float4 sums, int i, int j);
}

/// <summary>
/// Goes through a thread's sums. They are named one by one: in a loop that the assembler does not unroll they would lie in memory, or be picked out of all of them.
/// </summary>
static class Sums<T> where T : struct, ITiling
{
    public static void Each<C>(float[] sums, C change) where C : struct, ISumChange
    {
        Row(sums, 0, change);
        Row(sums, 1, change);
        Row(sums, 2, change);
        Row(sums, 3, change);
        if (T.Side > 4) Row(sums, 4, change);
        if (T.Side > 4) Row(sums, 5, change);
        if (T.Side > 4) Row(sums, 6, change);
        if (T.Side > 4) Row(sums, 7, change);
    }

    static void Row<C>(float[] sums, int i, C change) where C : struct, ISumChange
    {
        Four(sums, i, 0, change);
        if (T.Side > 4) Four(sums, i, 4, change);
    }

    static void Four<C>(float[] sums, int i, int j, C change) where C : struct, ISumChange
    {
        int place = i * T.Side + j;
        Float4 four = change.Of(new(sums[place], sums[place + 1], sums[place + 2], sums[place + 3]), i, j);
        sums[place] = four.A;
        sums[place + 1] = four.B;
        sums[place + 2] = four.C;
        sums[place + 3] = four.D;
    }
}

/// <summary>Sums of nothing.</summary>
readonly struct Cleared : ISumChange
{
    public Float4 Of(Float4 sums, int i, int j) => Float4.Of(0f);
}

/// <summary>Hands sums to the product.</summary>
readonly struct Written<P, T>(P product, ProductShape shape, ProductTile tile) : ISumChange where P : struct, IProduct where T : struct, ITiling
{
    public Float4 Of(Float4 sums, int i, int j)
    {
        int row = tile.FirstRow + Panels<T>.Row(i), column = tile.FirstColumn + Panels<T>.Column(j);
        Float4 added = new(WithinEdges<P>.Added(product, shape, tile, row, column), WithinEdges<P>.Added(product, shape, tile, row, column + 1),
            WithinEdges<P>.Added(product, shape, tile, row, column + 2), WithinEdges<P>.Added(product, shape, tile, row, column + 3));
        WithinEdges<P>.Write(product, shape, tile, row, column, sums.A, added.A);
        WithinEdges<P>.Write(product, shape, tile, row, column + 1, sums.B, added.B);
        WithinEdges<P>.Write(product, shape, tile, row, column + 2, sums.C, added.C);
        WithinEdges<P>.Write(product, shape, tile, row, column + 3, sums.D, added.D);
        return sums;
    }
}
