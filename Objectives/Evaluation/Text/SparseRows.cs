namespace NativeSsl;

/// <summary>A table in which nearly all numbers are zero: of each row only the others are kept, with their columns (compressed sparse rows).</summary>
public sealed class SparseRows
{
    readonly int[] _starts, _columns;
    readonly double[] _values;

    SparseRows(int width, int[] starts, int[] columns, double[] values) => (Width, _starts, _columns, _values) = (width, starts, columns, values);

    /// <summary>How many rows there are.</summary>
    public int Count => _starts.Length - 1;
    /// <summary>How many columns there are, zeros included.</summary>
    public int Width { get; }
    /// <summary>How many numbers are kept.</summary>
    public long Kept => _columns.Length;

    /// <summary>The columns of a row whose numbers are kept, in ascending order.</summary>
    /// <exception cref="IndexException">There is no such row.</exception>
    public ReadOnlySpan<int> Columns(int row) => _columns.AsSpan(_starts[Checked(row)], _starts[row + 1] - _starts[row]);

    /// <summary>The numbers in these columns.</summary>
    /// <exception cref="IndexException">There is no such row.</exception>
    public ReadOnlySpan<double> Values(int row) => _values.AsSpan(_starts[Checked(row)], _starts[row + 1] - _starts[row]);

    /// <summary>The sum over columns of the products of one row's numbers and another's.</summary>
    /// <param name="row">A row of this table.</param>
    /// <param name="other">Another table, as wide.</param>
    /// <param name="otherRow">A row of that.</param>
    /// <exception cref="IndexException">There is no such row.</exception>
    public double Dot(int row, SparseRows other, int otherRow)
    {
        ReadOnlySpan<int> a = Columns(row), b = other.Columns(otherRow);
        double sum = 0;
        for (int i = 0, j = 0; i < a.Length && j < b.Length;)
            if (a[i] == b[j]) sum += Values(row)[i++] * other.Values(otherRow)[j++];
            else if (a[i] < b[j]) i++;
            else j++;
        return sum;
    }

    int Checked(int row) => (uint)row < (uint)Count ? row : throw new IndexException($"SparseRows: row {row} was asked for, but there are {Count}, from 0 on.");

    /// <summary>A table of the given rows.</summary>
    /// <param name="width">How many columns there are.</param>
    /// <param name="rows">For each row its numbers by column.</param>
    /// <exception cref="IndexException">A column is not in the table.</exception>
    public static SparseRows Of(int width, IEnumerable<IReadOnlyDictionary<int, double>> rows)
    {
        List<int> starts = [0], columns = [];
        List<double> values = [];
        foreach (IReadOnlyDictionary<int, double> row in rows)
        {
            foreach ((int column, double value) in row.OrderBy(entry => entry.Key))
            {
                if ((uint)column >= (uint)width)
                    throw new IndexException($"SparseRows: column {column} in row {starts.Count - 1}, but there are {width}, from 0 on.");
                if (value == 0) continue;
                columns.Add(column);
                values.Add(value);
            }
            starts.Add(columns.Count);
        }
        return new(width, [.. starts], [.. columns], [.. values]);
    }

    /// <summary>All numbers, zeros included, <c>[count, width]</c>, in single precision.</summary>
    /// <param name="backend">The device.</param>
    /// <exception cref="OverflowException">They have no room in an array: leave rare columns out.</exception>
    public Tensor ToTensor(IBackend backend)
    {
        float[] values = new float[checked(Count * Width)];
        for (int row = 0; row < Count; row++)
            for (int k = _starts[row]; k < _starts[row + 1]; k++) values[row * Width + _columns[k]] = (float)_values[k];
        return Tensor.From(backend, [Count, Width], values);
    }

    /// <summary>Rows become columns, and columns rows.</summary>
    public SparseRows Transposed()
    {
        int[] starts = new int[Width + 1], columns = new int[_columns.Length];
        double[] values = new double[_columns.Length];
        foreach (int column in _columns) starts[column + 1]++;
        for (int j = 0; j < Width; j++) starts[j + 1] += starts[j];
        int[] next = starts[..^1];
        for (int row = 0; row < Count; row++)
            for (int k = _starts[row]; k < _starts[row + 1]; k++)
            {
                int place = next[_columns[k]]++;
                (columns[place], values[place]) = (row, _values[k]);
            }
        return new(Count, starts, columns, values);
    }
}
