namespace NativeSsl;

/// <summary>
/// Gives each row a column of its own at the least total cost. Kuhn 1955, “The Hungarian method for the assignment problem”, with the
/// shortest augmenting paths of Jonker &amp; Volgenant 1987: n³ operations.
/// </summary>
public static class Hungarian
{
    /// <summary>The column of each row.</summary>
    /// <param name="cost">Square.</param>
    /// <exception cref="ShapeException">It is not square.</exception>
    public static int[] Match(double[,] cost)
    {
        int n = cost.GetLength(0);
        if (cost.GetLength(1) != n)
            throw new ShapeException($"Hungarian: costs are {n} by {cost.GetLength(1)}; a square is needed, so fill up with zeros.");
        double[] ofRows = new double[n], ofColumns = new double[n];             // dual prices: cost − prices is never negative
        int[] rowOf = new int[n], columnOf = new int[n];
        Array.Fill(rowOf, -1);
        for (int row = 0; row < n; row++) Augment(cost, row, ofRows, ofColumns, rowOf, columnOf);
        return columnOf;
    }

    // Dijkstra's algorithm from an unmatched row to the nearest unmatched column; then every row on the path moves on to the next column.
    static void Augment(double[,] cost, int start, double[] ofRows, double[] ofColumns, int[] rowOf, int[] columnOf)
    {
        int n = rowOf.Length, row = start, column;
        double[] distance = new double[n];
        int[] from = new int[n];
        bool[] done = new bool[n];
        Array.Fill(distance, double.PositiveInfinity);
        double reached = 0;
        for (; ; row = rowOf[column])
        {
            column = -1;
            for (int j = 0; j < n; j++)
            {
                if (done[j]) continue;
                double through = reached + cost[row, j] - ofRows[row] - ofColumns[j];
                if (through < distance[j]) (distance[j], from[j]) = (through, row);
                if (column < 0 || distance[j] < distance[column]) column = j;
            }
            reached = distance[column];
            done[column] = true;
            if (rowOf[column] < 0) break;
        }
        for (int j = 0; j < n; j++)
            if (done[j] && j != column)
            {
                ofRows[rowOf[j]] += reached - distance[j];
                ofColumns[j] -= reached - distance[j];
            }
        ofRows[start] += reached;
        for (int mover = -1; mover != start;)
        {
            mover = from[column];
            rowOf[column] = mover;
            (columnOf[mover], column) = (column, columnOf[mover]);
        }
    }
}
