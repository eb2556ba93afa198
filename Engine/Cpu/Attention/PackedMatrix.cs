namespace NativeSsl;

/// <summary>The right operand of several products of attention, copied once into panels as wide as the microkernel's tiles:
/// for a head, the nearest cache holds a panel while all rows of the left operand pass by.</summary>
internal readonly unsafe struct PackedMatrix(float* panels, int steps, int columns)
{
    /// <summary>The memory that a matrix of that size takes.</summary>
    internal static long Floats(int steps, int columns) => (long)steps * AttentionTiles.Padded(columns);

    /// <summary>Copies the matrix; columns are filled up with zeros, or what lies behind a row, to whole registers.</summary>
    internal void Fill<T>(Matrix b) where T : struct, IWide<T>
    {
        for (int j = 0; j < columns; j += Panels<T>.Width)
            Panels<T>.Pack(b.From(0, j), steps, Math.Min(Panels<T>.Width, columns - j), panels + (nint)j * steps);
    }

    /// <summary>Points a tile at a row and at the panel that begins with a column.</summary>
    internal void Point<T>(ref Tile tile, int step, int column) where T : struct, IWide<T>
    {
        tile.BStride = Math.Min(Panels<T>.Width, AttentionTiles.Padded(columns) - column);
        tile.B = panels + (nint)column * steps + step * tile.BStride;
    }
}
