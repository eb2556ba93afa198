namespace NativeSsl.Kernels;

/// <summary>How a warp hands sums to the product: through shared memory. Threads that are neighbours then have neighbouring columns, and what becomes of a sum stands once in the kernel's text, not for each of 128.</summary>
static class WarpStage
{
    const int RowsOfBlock = 16, Pitch = 64 + 8;

    /// <summary>Of shared memory, for each warp.</summary>
    public const int Fours = RowsOfBlock * Pitch / 4;

    /// <summary>A warp's own part of shared memory.</summary>
    public static Floats Of(Floats shared) => shared.SubView(Group.IdxX / FragmentLayout.Warp * RowsOfBlock * Pitch);

    /// <summary>Hands over 16 rows of a thread's warp.</summary>
    /// <param name="product">Whose they are.</param>
    /// <param name="shape">Its edges.</param>
    /// <param name="tile">The team's.</param>
    /// <param name="row">The first row.</param>
    /// <param name="column">The first column.</param>
    /// <param name="sums">The thread's.</param>
    /// <param name="own">The warp's <see cref="Of"/>.</param>
    public static void Write<P, W>(P product, ProductShape shape, ProductTile tile, int row, int column, FragmentRow sums, Floats own) where P : struct, IProduct where W : struct, IFragmentTiling
    {
        Floats place = own.SubView(Thread / 4 * Pitch + Place.Within(Thread, 4) * 2);
        Put(place, 0, sums.Near.A);
        Put(place, 8, sums.Near.B);
        if (W.BlocksOfSide > 1)
        {
            Put(place, 16, sums.Near.C);
            Put(place, 24, sums.Near.D);
            Put(place, 32, sums.Far.A);
            Put(place, 40, sums.Far.B);
            Put(place, 48, sums.Far.C);
            Put(place, 56, sums.Far.D);
        }
        Warp.Barrier();
        for (int i = 0; i < RowsOfBlock; i += 4)
            for (int j = Thread; j < W.BlocksOfSide * RowsOfBlock; j += FragmentLayout.Warp)
            {
                Float4 added = new(WithinEdges<P>.Added(product, shape, tile, row + i, column + j), WithinEdges<P>.Added(product, shape, tile, row + i + 1, column + j),
                    WithinEdges<P>.Added(product, shape, tile, row + i + 2, column + j), WithinEdges<P>.Added(product, shape, tile, row + i + 3, column + j));
                WithinEdges<P>.Write(product, shape, tile, row + i, column + j, own[i * Pitch + j], added.A);
                WithinEdges<P>.Write(product, shape, tile, row + i + 1, column + j, own[(i + 1) * Pitch + j], added.B);
                WithinEdges<P>.Write(product, shape, tile, row + i + 2, column + j, own[(i + 2) * Pitch + j], added.C);
                WithinEdges<P>.Write(product, shape, tile, row + i + 3, column + j, own[(i + 3) * Pitch + j], added.D);
            }
        Warp.Barrier();                               // nobody puts the next row down before everybody has taken this one
    }

    static int Thread => Place.Within(Group.IdxX, FragmentLayout.Warp);

    static void Put(Floats place, int column, Float4 sums)
    {
        place[column] = sums.A;
        place[column + 1] = sums.B;
        place[column + 8 * Pitch] = sums.C;
        place[column + 8 * Pitch + 1] = sums.D;
    }
}
